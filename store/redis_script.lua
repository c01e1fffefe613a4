-- One commit: absolute values, the watermark they stand for, and the writer's epoch; all of it or nothing.
--
-- KEYS[1]  the site's meta hash: epoch, writer, watermark, written (the epoch that wrote the watermark), journal, schema
-- KEYS[2]  and on: the keys of the operations. All keys of a site carry one {site} tag, so that they live in one slot of a Cluster.
-- ARGV     epoch, watermark, previous watermark (all changes since it are in here; zeros: everything is), schema, journal, writer,
--          then bundles of operations. A bundle is MessagePack values one behind the other, numbers for `key` (a position in KEYS),
--          `count` and `seconds`, texts for the rest. An operation lies in one bundle.
--            D key                      DEL, before what follows for that key
--            H key COUNT field value .. HSET; COUNT texts follow
--            F key COUNT field ..       HDEL
--            S key value                SET
--            E key seconds              EXPIRE
--            C key field before after   nothing is written (BEHIND) unless the field holds one of the two; first of all operations
--
-- Bundles, because a word of ARGV is an object of the server, then a text of Lua's and then again an object for the call; a word of a
-- bundle is only the last two, which is a quarter less in all. Small ones of some hundred words are taken apart the fastest.
-- Numbers that are compared are decimal strings of 20 digits: Lua's own numbers are doubles and exact only to 2^53. Redis rolls
-- nothing back, so everything that could fail is looked at before the first write.

local KEYS, ARGV, call, look, unpack = KEYS, ARGV, redis.call, redis.pcall, unpack -- nearer than globals, for they are used hundreds of times
local MOST = 2000 -- texts of one call; Lua's stack takes 8000

local function decimal(text)
	return type(text) == 'string' and #text == 20 and not string.find(text, '%D')
end

local function type_of(key)
	return call('TYPE', key)['ok']
end

-- Why HLEN or STRLEN (cheaper than TYPE, which makes a table of its answer) did not answer with a number.
local function refusal(key, answer)
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
local bundles = {}
local function take_apart()
	local words = cmsgpack.unpack
	for i = 7, #ARGV do
		bundles[i - 6] = {words(ARGV[i])}
	end
end
if not pcall(take_apart) then
	return redis.error_reply('BADCALL the bundle of operations')
end
local wanted = {H = 'hash', F = 'hash', S = 'string'}
local checked = {}

-- What else there is than fields: how many words follow the operation's key, or what is wrong with it.
local function examine(words, at, verb, key)
	local word = words[at + 2]
	if verb == 'D' then
		checked[key] = 'none'
		return 0
	elseif verb == 'S' then
		return 1
	elseif verb == 'E' then
		if type(word) == 'number' and word >= 1 and word <= 9999999999 then
			return 1
		end
		return nil, redis.error_reply('BADCALL the seconds of an operation')
	elseif verb == 'C' then
		local found = look('HGET', key, word)
		if type(found) == 'table' then
			return nil, redis.error_reply('WRONGKEY ' .. key)
		end
		if found ~= words[at + 3] and found ~= words[at + 4] then
			return nil, redis.error_reply('BEHIND ' .. stored[2])
		end
		return 3
	end
	return nil, redis.error_reply('BADCALL an operation')
end

for i = 1, #bundles do
	local words, at = bundles[i], 1
	local size = #words
	if size == 0 then
		return redis.error_reply('BADCALL an empty bundle')
	end
	while at <= size do
		local verb, key = words[at], words[at + 1] ~= 1 and KEYS[words[at + 1] or 0]
		local want, follow, wrong = wanted[verb], words[at + 2], nil
		if not key then
			return redis.error_reply('BADCALL the key of an operation')
		end
		if want == 'hash' then
			if type(follow) ~= 'number' or follow < 1 or follow > MOST or (verb == 'H' and follow % 2 ~= 0) then
				return redis.error_reply('BADCALL the count of an operation')
			end
			follow = follow + 1
		else
			follow, wrong = examine(words, at, verb, key)
		end
		if not wrong and at + 1 + follow > size then
			return redis.error_reply('BADCALL the end of an operation')
		end
		if want and not wrong then
			local is = checked[key]
			if not is then
				local answer = look(want == 'hash' and 'HLEN' or 'STRLEN', key)
				wrong = type(answer) ~= 'number' and refusal(key, answer)
				checked[key] = want
			elseif is ~= want then
				wrong = is ~= 'none' and redis.error_reply('WRONGKEY ' .. key)
				checked[key] = want
			end
		end
		if wrong then
			return wrong
		end
		at = at + 2 + follow
	end
end

-- Second walk: nothing can fail any more but the first write (no memory, no disk, not the master), and then nothing is written.
call('HSET', meta, 'epoch', epoch, 'writer', writer, 'watermark', watermark, 'written', epoch, 'schema', schema, 'journal', journal)
for i = 1, #bundles do
	local words, at = bundles[i], 1
	local size = #words
	while at <= size do
		local verb, key, count = words[at], KEYS[words[at + 1]], words[at + 2]
		if verb == 'H' then
			call('HSET', key, unpack(words, at + 3, at + 2 + count))
			at = at + 3 + count
		elseif verb == 'F' then
			call('HDEL', key, unpack(words, at + 3, at + 2 + count))
			at = at + 3 + count
		elseif verb == 'D' then
			call('DEL', key)
			at = at + 2
		elseif verb == 'S' then
			call('SET', key, count)
			at = at + 3
		elseif verb == 'E' then
			call('EXPIRE', key, count)
			at = at + 3
		else
			at = at + 5
		end
	end
end
return watermark
