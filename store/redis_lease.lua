-- Who writes a site: a lease with an owner that runs out by itself, and an epoch that goes up with every take-over.
--
-- KEYS  the site's meta hash, the site's lease
-- ARGV  TAKE | RENEW | RELEASE, owner, epoch (20 digits; TAKE: zeros), schema, journal, ms, force (1: although another one holds it),
--       most, known (20 digits, zeros: any; TAKE: not while the watermark is beyond `most`, or was written in an epoch beyond `known`)
-- TAKE and RENEW answer {epoch, watermark}. See redis_script.lua for the numbers.

local function decimal(text)
	return type(text) == 'string' and #text == 20 and not string.find(text, '%D')
end

local function one_more(number)
	local digits, carry = '', 1
	for i = #number, 1, -1 do
		local digit = string.byte(number, i) - 48 + carry
		carry = digit > 9 and 1 or 0
		digits = (digit - 10 * carry) .. digits
	end
	return digits
end

local what, owner, epoch, schema, journal, ms, force = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local most, known = ARGV[8], ARGV[9]
local meta, lease = KEYS[1], KEYS[2]
local zero = string.rep('0', 20)

if not (lease and owner and decimal(epoch) and decimal(schema) and journal and decimal(most) and decimal(known) and ms and string.find(ms, '^[1-9]%d*$')) then
	return redis.error_reply('BADCALL the words of the lease')
end
local kind = redis.call('TYPE', meta)['ok']
if kind ~= 'none' and kind ~= 'hash' then
	return redis.error_reply('WRONGKEY ' .. meta)
end
kind = redis.call('TYPE', lease)['ok']
if kind ~= 'none' and kind ~= 'string' then
	return redis.error_reply('WRONGKEY ' .. lease)
end
local stored = redis.call('HMGET', meta, 'epoch', 'watermark', 'schema', 'journal', 'writer')
for i = 1, 3 do
	stored[i] = stored[i] or zero
	if not decimal(stored[i]) then
		return redis.error_reply('WRONGKEY ' .. meta)
	end
end
local holder = redis.call('GET', lease)

if what == 'RELEASE' then
	if holder == owner and stored[1] == epoch then
		redis.call('DEL', lease)
	end
	return {stored[1], stored[2]}
end
if what == 'RENEW' and (stored[1] > epoch or (stored[1] == epoch and stored[5] and stored[5] ~= owner)) then
	return redis.error_reply('FENCED ' .. stored[1])
end
if stored[4] and stored[4] ~= journal then
	return redis.error_reply('FOREIGN ' .. string.sub(stored[4], 1, 64))
end
if stored[3] > schema then
	return redis.error_reply('SCHEMA ' .. stored[3])
end
if holder and holder ~= owner and force ~= '1' then
	return redis.error_reply('HELD ' .. string.sub(holder, 1, 64) .. ' ' .. redis.call('PTTL', lease))
end
local written = redis.call('HGET', meta, 'written') or zero
if what == 'TAKE' and ((most ~= zero and stored[2] > most) or (known ~= zero and written > known)) then
	return redis.error_reply('AHEAD ' .. stored[2])
end
if what == 'TAKE' then
	-- A Redis that was emptied has forgotten the epochs; whoever takes the lease has not.
	epoch = one_more(known > stored[1] and known or stored[1])
	redis.call('HSET', meta, 'epoch', epoch, 'writer', owner, 'schema', schema, 'journal', journal)
end
redis.call('SET', lease, owner, 'PX', ms)
return {epoch, stored[2]}
