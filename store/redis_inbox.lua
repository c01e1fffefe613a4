-- The inbox of people's actions.
--
-- KEYS  the site's meta hash, the inbox
-- ARGV  PUSH, payload, most, seconds               answers the length; FULL where it has `most`
--       TAKE, epoch, writer, count, last payload   answers how many were taken: 0 where the last one is another by now

local kind = redis.call('TYPE', KEYS[2])['ok']
if kind ~= 'none' and kind ~= 'list' then
	return redis.error_reply('WRONGKEY ' .. KEYS[2])
end
if ARGV[1] == 'PUSH' then
	if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then
		return redis.error_reply('FULL nobody takes what is in it')
	end
	local length = redis.call('RPUSH', KEYS[2], ARGV[2])
	redis.call('EXPIRE', KEYS[2], ARGV[4])
	return length
end
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'writer')
if stored[1] ~= ARGV[2] or stored[2] ~= ARGV[3] then
	return redis.error_reply('FENCED ' .. (stored[1] or ''))
end
local count = tonumber(ARGV[4])
if redis.call('LINDEX', KEYS[2], count - 1) ~= ARGV[5] then
	return 0
end
redis.call('LTRIM', KEYS[2], count, -1)
return count
