#!lua name=faultline
-- store.lua - all that must happen at once or not at all, by territory. docs/store.md has
-- every key, argument and answer; the C beside this file is the only caller.
--
-- Redis does not undo: what was written before an error stays. So every function reads and
-- checks first (caller's version, arguments, types, fence) and from its first write on does
-- nothing that can fail. It is refused with an error reply that begins with
--   FLVERSION  the caller was built for another version of this library
--   FLARGS     the arguments are not of the documented shape
--   FLTYPE     a key is not of its type
-- and what it decides is answered with a word: OK, DUPLICATE, FENCED, DIVERGED, BUSY, ...

local VERSION = 4 -- STORE_VERSION of store.h
local CHUNK = 4000 -- values given to one command: unpack fails somewhat above 8,000
local MAIL_MAX, WATCH_MAX = 1024, 1024 -- of store.h
-- While a library loads there is neither `string` nor redis.call: hence the literal.
local NOBODY = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
local START = NOBODY .. NOBODY -- the chain before the first commit

-- What fl_take answers, in this order.
local HEAD = { 'holder', 'worker', 'inc', 'ver', 'chain', 'cur', 'commit', 'plan', 'clean', 'try',
    'tries', 'parinc', 'parver', 'signer', 'sig' }

local function refuse(code, text)
    error({ err = code .. ' ' .. text })
end

local function ours(version)
    if tonumber(version) ~= VERSION then
        refuse('FLVERSION', 'the store speaks version ' .. VERSION .. ', the caller ' ..
            tostring(version) .. ': run programs of one release')
    end
end

local function check(good, what)
    if not good then
        refuse('FLARGS', what)
    end
end

-- The length of a stream or hash (`command` is XLEN or HLEN); refuses what is neither.
local function length(command, key)
    local n = redis.pcall(command, key)
    if type(n) == 'table' then
        refuse('FLTYPE', key .. ' does not answer to ' .. command .. ': ' .. tostring(n.err))
    end
    return n
end

local function version()
    return VERSION
end

-- Intake. KEYS: inbox. ARGV: version, inbox_max (0: none), then pairs of
-- kind and sender in one word, message.
local function append(KEYS, ARGV)
    ours(ARGV[1])
    local most = tonumber(ARGV[2])
    check(#KEYS == 1 and most and #ARGV % 2 == 0,
        'fl_append wants inbox; version, max, (who, bytes)...')
    local inbox, values = KEYS[1], #ARGV
    local waiting = length('XLEN', inbox)
    if most > 0 and waiting + (values - 2) / 2 > most then
        return 'BUSY'
    end
    for i = 3, values, 2 do
        redis.call('XADD', inbox, '*', 'w', ARGV[i], 'b', ARGV[i + 1])
    end
    return 'OK'
end

-- Beats. KEYS: workers. ARGV: version, worker, count.
local function beat(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 1 and #ARGV == 3, 'fl_beat wants workers; version, worker, count')
    length('HLEN', KEYS[1])
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
    return 'OK'
end

-- Forgets a worker that is still where it was seen. ARGV: version, worker, count.
local function bury(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 1 and #ARGV == 3, 'fl_bury wants workers; version, worker, count')
    length('HLEN', KEYS[1])
    local count = redis.call('HGET', KEYS[1], ARGV[2])
    if count and count ~= ARGV[3] then
        return 'CONFLICT'
    end
    redis.call('HDEL', KEYS[1], ARGV[2])
    return 'OK'
end

-- The lease. KEYS: head. ARGV: version, nonce seen, own nonce, worker, fresh incarnation or ''.
-- Asked again after a lost answer it finds its own nonce and changes nothing.
local function take(KEYS, ARGV)
    ours(ARGV[1])
    local head, seen, mine, worker, fresh = KEYS[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
    check(#KEYS == 1 and #ARGV == 5 and #seen == 16 and #mine == 16 and mine ~= NOBODY and
        (#fresh == 0 or #fresh == 16), 'fl_take wants head; version, seen, mine, worker, fresh')
    length('HLEN', head)
    local was = redis.call('HMGET', head, 'holder', 'inc', 'ver')
    local holder = was[1]
    if not holder then
        if fresh == '' then
            return 'UNKNOWN'
        end
        if seen ~= NOBODY then
            return 'FENCED'
        end
        redis.call('HSET', head, 'holder', mine, 'worker', worker, 'inc', fresh, 'ver', '0',
            'chain', START, 'cur', '0-0', 'commit', NOBODY, 'plan', '0', 'clean', '1', 'try', '',
            'tries', '0', 'parinc', NOBODY, 'parver', '0', 'signer', '', 'sig', START .. START)
        return redis.call('HMGET', head, unpack(HEAD))
    end
    if holder ~= seen and holder ~= mine then
        return 'FENCED'
    end
    if holder ~= mine then
        local clean = holder == NOBODY and '1' or '0'
        redis.call('HSET', head, 'holder', mine, 'worker', worker, 'clean', clean)
    end
    if fresh ~= '' and fresh ~= was[2] then
        redis.call('HSET', head, 'inc', fresh, 'parinc', was[2], 'parver', was[3])
    end
    return redis.call('HMGET', head, unpack(HEAD))
end

-- KEYS: head. ARGV: version, own nonce. Who lets go in peace was not killed by an entry.
local function release(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 1 and #ARGV == 2 and #ARGV[2] == 16, 'fl_release wants head; version, mine')
    length('HLEN', KEYS[1])
    if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[2] then
        return 'FENCED'
    end
    redis.call('HSET', KEYS[1], 'holder', NOBODY, 'worker', '', 'try', '', 'tries', '0')
    return 'OK'
end

-- KEYS: head. ARGV: version, own nonce, entry. Answers how often it was tried by now.
local function attempt(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 1 and #ARGV == 3 and #ARGV[2] == 16,
        'fl_attempt wants head; version, mine, entry')
    length('HLEN', KEYS[1])
    local was = redis.call('HMGET', KEYS[1], 'holder', 'try', 'tries')
    if was[1] ~= ARGV[2] then
        return 'FENCED'
    end
    local tries = 1
    if was[2] == ARGV[3] then
        tries = (tonumber(was[3]) or 0) + 1
    end
    redis.call('HSET', KEYS[1], 'try', ARGV[3], 'tries', tostring(tries))
    return tries
end

-- One command over ARGV[first .. last], in chunks. CHUNK is even: pairs stay together.
local function spread(command, key, ARGV, first, last)
    for i = first, last, CHUNK do
        redis.call(command, key, unpack(ARGV, i, math.min(i + CHUNK - 1, last)))
    end
end

-- A letter under its own sequence. A stream that is already past it was left by an earlier
-- incarnation, which counted on its own: it goes, and what was in it is told by a resync.
local function post(key, id, letter, instead)
    local done = redis.pcall('XADD', key, id, 'l', letter)
    if type(done) == 'table' then
        redis.call('DEL', key)
        redis.call('XADD', key, id, 'l', instead)
    end
end

-- The commit. KEYS: inbox, head, log, watch, outbox, quarantine, tickets, engineers,
-- principals, reports, closed, then a mailbox for each letter.
-- ARGV: the 19 below, then for each of the five hashes how many pairs to set and how many
-- fields to delete, how many letters, letters to the dispatchers, words out and entries kept
-- aside; then these lists.
local HASHES, FIXED_KEYS, FIXED = 6, 12, 19
local COUNTS = 2 * HASHES + 4

-- Where each list of the commit begins, and that they fill ARGV exactly.
local function layout(KEYS, ARGV)
    local at, n = FIXED + COUNTS + 1, {}
    for i = 1, COUNTS do
        n[i] = tonumber(ARGV[FIXED + i])
        check(n[i] and n[i] >= 0 and n[i] % 1 == 0, 'fl_commit: a count is no number')
    end
    local lists = {}
    for h = 1, HASHES do
        local set, del = n[2 * h - 1], n[2 * h]
        lists[h] = { set_at = at, set_end = at + 2 * set - 1, del_at = at + 2 * set,
            del_end = at + 2 * set + del - 1 }
        at = at + 2 * set + del
    end
    local mail, told, out, aside = unpack(n, COUNTS - 3, COUNTS)
    check(mail <= MAIL_MAX and told <= WATCH_MAX, 'fl_commit: too many letters')
    check(#KEYS == FIXED_KEYS + mail, 'fl_commit: keys do not match the letters')
    check(at + 3 * mail + 2 * told + 2 * out + 2 * aside - 1 == #ARGV,
        'fl_commit: lists do not fill the arguments')
    return lists, at, mail, told, out, aside
end

-- The ids of the closed tickets that a commit writes, one behind the other: so the archive finds
-- them by the log's age, and nobody has to search for them.
local function ended_in(ARGV, list)
    local ids = {}
    for i = list.set_at, list.set_end, 2 do
        if #ARGV[i] == 16 then
            ids[#ids + 1] = ARGV[i]
        end
    end
    return table.concat(ids)
end

local function commit(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS >= FIXED_KEYS and #ARGV >= FIXED + COUNTS, 'fl_commit: too few keys or arguments')
    local inbox, head, log, watch, outbox, quarantine = unpack(KEYS, 1, 6)
    local _, holder, id, parent_version, new_version, parent, chain, effects, signer, signature,
        cursor, keep, plan, entry, meta, mailbox_max, watch_max, bell, ring =
        unpack(ARGV, 1, FIXED)
    mailbox_max, watch_max = tonumber(mailbox_max), tonumber(watch_max)
    check(#holder == 16 and #id == 16 and id ~= NOBODY and holder ~= NOBODY and #parent == 32 and
        #chain == 32 and #effects == 32 and #signature == 64 and mailbox_max and watch_max and
        tonumber(new_version) == (tonumber(parent_version) or -2) + 1,
        'fl_commit: a field is malformed')
    local lists, mail_at, mail, told, out, aside = layout(KEYS, ARGV)

    -- The fence. The order matters: a repeat is a repeat, whoever holds the territory by now.
    length('HLEN', head)
    local was = redis.call('HMGET', head, 'commit', 'holder', 'ver', 'chain', 'cur', 'inc')
    if was[1] == id then
        return 'DUPLICATE'
    end
    if was[2] ~= holder then
        return 'FENCED'
    end
    if was[3] ~= parent_version or was[4] ~= parent then
        return 'DIVERGED'
    end

    -- Every key that will be written is of its type (the log shows itself), and full mailboxes
    -- are known.
    if cursor ~= was[5] then
        length('XLEN', inbox)
    end
    if told > 0 then
        length('XLEN', watch)
    end
    if out > 0 then
        length('XLEN', outbox)
    end
    if aside > 0 then
        length('XLEN', quarantine)
    end
    for h = 1, HASHES do
        if lists[h].del_end >= lists[h].set_at then
            length('HLEN', KEYS[6 + h])
        end
    end
    local letters, at = {}, mail_at
    for i = 1, mail do
        local n = length('XLEN', KEYS[FIXED_KEYS + i])
        if mailbox_max > 0 and n >= mailbox_max and ARGV[at + 2] == '' then
            return 'BUSY'
        end
        letters[i] = n
        at = at + 3
    end

    -- The first write is the only one that may still be refused: a log that is no log, or ahead
    -- of its head. From the next one on nothing fails.
    local line = { 'p', parent, 'c', chain, 'i', id, 'n', was[6], 'w', signer, 's', signature,
        'e', effects, 'b', entry }
    local ended = ended_in(ARGV, lists[HASHES])
    if ended ~= '' then
        line[#line + 1] = 't'
        line[#line + 1] = ended
    end
    local logged = redis.pcall('XADD', log, new_version .. '-0', unpack(line))
    if type(logged) == 'table' then
        refuse('FLTYPE', log .. ' does not take this version: ' .. tostring(logged.err))
    end
    local fields = { 'ver', new_version, 'chain', chain, 'cur', cursor, 'commit', id, 'plan', plan,
        'signer', signer, 'sig', signature, 'try', '', 'tries', '0' }
    if meta ~= '' then
        local n = #fields
        fields[n + 1], fields[n + 2] = 'meta', meta
    end
    redis.call('HSET', head, unpack(fields))
    for h = 1, HASHES do
        local list = lists[h]
        spread('HSET', KEYS[6 + h], ARGV, list.set_at, list.set_end)
        spread('HDEL', KEYS[6 + h], ARGV, list.del_at, list.del_end)
    end
    at = mail_at
    for i = 1, mail do
        local key, letter, resync = KEYS[FIXED_KEYS + i], ARGV[at + 1], ARGV[at + 2]
        if mailbox_max > 0 and letters[i] >= mailbox_max then
            redis.call('XTRIM', key, 'MAXLEN', 0)
            letter = resync
        end
        post(key, ARGV[at], letter, (letters[i] > 0 and resync ~= '') and resync or letter)
        at = at + 3
    end
    for i = 1, told do
        post(watch, ARGV[at], ARGV[at + 1], ARGV[at + 1])
        at = at + 2
    end
    if told > 0 and watch_max > 0 then
        redis.call('XTRIM', watch, 'MAXLEN', '~', watch_max)
    end
    for i = 1, out do
        redis.call('XADD', outbox, '*', 't', ARGV[at], 'b', ARGV[at + 1])
        at = at + 2
    end
    for i = 1, aside do
        redis.call('XADD', quarantine, '*', 'i', ARGV[at], 'b', ARGV[at + 1])
        at = at + 2
    end
    if cursor ~= was[5] then
        redis.call('XTRIM', inbox, 'MINID', keep)
    end
    if ring ~= '' then
        redis.pcall('PUBLISH', bell, ring) -- a hint: lost rings are mended by reading again
    end
    return 'OK'
end

-- A field of a stream's entry.
local function field(entry, name)
    for i = 1, #entry[2], 2 do
        if entry[2][i] == name then
            return entry[2][i + 1]
        end
    end
end

-- What is in an archive file leaves memory. KEYS: head, log, closed. ARGV: version, holder, first and
-- last version in the file, chain before the first, chain of the last; then for each closed ticket
-- its id and the first bytes of its record. Only if the log begins with exactly these entries and
-- goes on after them; a ticket only if its record is the one in the file.
local function forget(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 3 and #ARGV >= 6 and #ARGV % 2 == 0, 'fl_forget wants head, log, closed; ' ..
        'version, holder, first, last, before, after, (id, mark)...')
    local head, log, closed = unpack(KEYS, 1, 3)
    local _, holder, first, last, before, after = unpack(ARGV, 1, 6)
    check(#holder == 16 and holder ~= NOBODY and #before == 32 and #after == 32 and
        tonumber(first) and tonumber(last) and tonumber(first) <= tonumber(last),
        'fl_forget: a field is malformed')
    for i = 7, #ARGV, 2 do
        check(#ARGV[i + 1] > 0, 'fl_forget: a ticket without its record')
    end
    length('HLEN', head)
    length('XLEN', log)
    length('HLEN', closed)
    local was = redis.call('HMGET', head, 'holder', 'ver')
    if was[1] ~= holder then
        return 'FENCED'
    end
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    local final = redis.call('XRANGE', log, last .. '-0', last .. '-0')[1]
    if not oldest or not final or oldest[1] ~= first .. '-0' or field(oldest, 'p') ~= before or
        field(final, 'c') ~= after or tonumber(last) >= tonumber(was[2]) then
        return 'DIVERGED'
    end
    for i = 7, #ARGV, 2 do
        local record = redis.call('HGET', closed, ARGV[i])
        if record and record:sub(1, #ARGV[i + 1]) == ARGV[i + 1] then
            redis.call('HDEL', closed, ARGV[i])
        end
    end
    redis.call('XTRIM', log, 'MINID', last .. '-1')
    return 'OK'
end

-- The plan. KEYS: current, plan of that version, map of that version.
-- ARGV: version, plan version, the one before it, sealed plan, map, signature.
local function plan_put(KEYS, ARGV)
    ours(ARGV[1])
    check(#KEYS == 3 and #ARGV == 6 and #ARGV[6] == 64 and
        tonumber(ARGV[2]) == (tonumber(ARGV[3]) or -2) + 1,
        'fl_plan_put wants current, plan, map; version, number, one before, sealed, map, signature')
    local current = redis.pcall('GET', KEYS[1]) or '0'
    if type(current) == 'table' and current.err then
        refuse('FLTYPE', KEYS[1] .. ': ' .. current.err)
    end
    length('HLEN', KEYS[2])
    length('HLEN', KEYS[3])
    if current == ARGV[2] then
        local map = redis.call('HMGET', KEYS[3], 'yaml', 'signature')
        local same = redis.call('HGET', KEYS[2], 'sealed') == ARGV[4]
        return same and map[1] == ARGV[5] and map[2] == ARGV[6] and 'OK' or 'CONFLICT'
    end
    if current ~= ARGV[3] then
        return 'CONFLICT'
    end
    redis.call('HSET', KEYS[2], 'sealed', ARGV[4])
    redis.call('HSET', KEYS[3], 'yaml', ARGV[5], 'signature', ARGV[6])
    redis.call('SET', KEYS[1], ARGV[2])
    return 'OK'
end

-- allow-oom: what frees space, and what the holding of territories rests on, works when
-- memory is full; what fills it does not.
local function register(name, callback, ...)
    redis.register_function({ function_name = name, callback = callback, flags = { ... } })
end
register('fl_version', version, 'no-writes', 'allow-stale')
register('fl_append', append)
register('fl_beat', beat, 'allow-oom')
register('fl_bury', bury, 'allow-oom')
register('fl_take', take, 'allow-oom')
register('fl_release', release, 'allow-oom')
register('fl_attempt', attempt, 'allow-oom')
register('fl_commit', commit, 'allow-oom')
register('fl_forget', forget, 'allow-oom')
register('fl_plan_put', plan_put)
