-- One commit: absolute values, the watermark they stand for, and the writer's epoch; all of it or nothing.
--
-- KEYS[1]  the site's meta hash: epoch, writer, watermark, written (the epoch that wrote the watermark), journal, schema
-- KEYS[2]  and on: the keys of the operations. All keys of a site carry one {site} tag, so that they live in one slot of a Cluster.
-- ARGV     epoch, watermark, previous watermark (all changes since it are in here; zeros: everything is), schema, journal, writer,
--          then operations, each with the position of its key in KEYS:
--            D key                      DEL, before what follows for that key
--            H key COUNT field value .. HSET; COUNT strings follow
--            F key COUNT field ..       HDEL
--            S key value                SET
--            E key SECONDS              EXPIRE
--            C key field before after   nothing is written (BEHIND) unless the field holds one of the two; first of all operations
--
-- Numbers that are compared are decimal strings of 20 digits: Lua's own numbers are doubles and exact only to 2^53. Redis rolls
-- nothing back, so everything that could fail is looked at before the first write.

local KEYS, ARGV, call = KEYS, ARGV, redis.call -- nearer than globals, for they are used thousands of times
local MOST = 2000 -- strings unpacked into one call; Lua's stack takes 8000

local function decimal(text)
	return type(text) == 'string' and #text == 20 and not string.find(text, '%D')
end

local function type_of(key)
	return call('TYPE', key)['ok']
end

-- Is the key neither free nor what is wanted? The error, or nothing. Cheaper than TYPE, which makes a table of its answer.
local function refusal(key, want)
	local answer = redis.pcall(want == 'hash' and 'HLEN' or 'STRLEN', key)
	if type(answer) == 'number' then
		return nil
	end
	return string.find(answer['err'], 'WRONGTYPE', 1, true) and redis.error_reply('WRONGKEY ' .. key) or answer
end

local epoch, watermark, previous, schema, journal, writer = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local meta = KEYS[1]
local zero = string.rep('0', 20)

if not (meta and writer and decimal(epoch) and decimal(watermark) and decimal(previous) and decimal(schema)) or previous > watermark then
	return redis.error_reply('BADCALL the numbers of the commit')
end

-- Who may write, and upon what.
local kind = type_of(meta)
if kind ~= 'none' and kind ~= 'hash' then
	return redis.error_reply('WRONGKEY ' .. meta)
end
local stored = call('HMGET', meta, 'epoch', 'watermark', 'schema', 'written', 'journal', 'writer')
for i = 1, 4 do
	stored[i] = stored[i] or zero
	if not decimal(stored[i]) then
		return redis.error_reply('WRONGKEY ' .. meta)
	end
end
if stored[1] > epoch or (stored[1] == epoch and stored[6] and stored[6] ~= writer) then
	return redis.error_reply('FENCED ' .. stored[1])
end
if stored[5] and stored[5] ~= journal then
	return redis.error_reply('FOREIGN ' .. string.sub(stored[5], 1, 64))
end
if stored[3] > schema then
	return redis.error_reply('SCHEMA ' .. stored[3])
end
-- A newer epoch may rewrite everything over the fork of the one before it; else nobody goes back.
if stored[2] > watermark and (stored[4] >= epoch or previous ~= zero) then
	return redis.error_reply('AHEAD ' .. stored[2])
end
if stored[2] < previous then
	return redis.error_reply('BEHIND ' .. stored[2])
end

-- First walk: is every operation well-formed, and is every key what it should be?
local wanted = {H = 'hash', F = 'hash', S = 'string'}
local checked, at = {}, 7
while at <= #ARGV do
	local operation, position, count = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
	local key = position and position > 1 and KEYS[position]
	if not key then
		return redis.error_reply('BADCALL the key of an operation')
	end
	if operation == 'D' then
		checked[position] = 'none'
		at = at + 2
	else
		local size = 1
		if operation == 'H' or operation == 'F' then
			size = tonumber(count)
			if not size or size < 1 or (operation == 'H' and size % 2 ~= 0) then
				return redis.error_reply('BADCALL the count of an operation')
			end
			size = size + 1
		elseif operation == 'E' then
			if not count or #count > 10 or not string.find(count, '^[1-9]%d*$') then
				return redis.error_reply('BADCALL the seconds of an operation')
			end
		elseif operation == 'C' then
			local found = redis.pcall('HGET', key, count)
			if type(found) == 'table' then
				return redis.error_reply('WRONGKEY ' .. key)
			end
			if found ~= ARGV[at + 3] and found ~= ARGV[at + 4] then
				return redis.error_reply('BEHIND ' .. stored[2])
			end
			size = 3
		elseif operation ~= 'S' then
			return redis.error_reply('BADCALL an operation')
		end
		at = at + 2 + size
		if at > #ARGV + 1 then
			return redis.error_reply('BADCALL the end of an operation')
		end
		local want = wanted[operation]
		if want then
			local is = checked[position]
			local wrong = not is and refusal(key, want)
			if is and is ~= 'none' and is ~= want then
				wrong = redis.error_reply('WRONGKEY ' .. key)
			end
			if wrong then
				return wrong
			end
			checked[position] = want
		end
	end
end

-- Second walk: nothing can fail any more but the first write (no memory, no disk, not the master), and then nothing is written.
call('HSET', meta, 'epoch', epoch, 'writer', writer, 'watermark', watermark, 'written', epoch, 'schema', schema, 'journal', journal)
local function in_pieces(command, key, from, to)
	while from <= to do
		local last = math.min(from + MOST - 1, to)
		call(command, key, unpack(ARGV, from, last))
		from = last + 1
	end
end
at = 7
while at <= #ARGV do
	local operation, key = ARGV[at], KEYS[tonumber(ARGV[at + 1])]
	if operation == 'D' then
		call('DEL', key)
		at = at + 2
	elseif operation == 'S' then
		call('SET', key, ARGV[at + 2])
		at = at + 3
	elseif operation == 'E' then
		call('EXPIRE', key, ARGV[at + 2])
		at = at + 3
	elseif operation == 'C' then
		at = at + 5
	else
		local size = tonumber(ARGV[at + 2])
		in_pieces(operation == 'H' and 'HSET' or 'HDEL', key, at + 3, at + 2 + size)
		at = at + 3 + size
	end
end
return watermark
