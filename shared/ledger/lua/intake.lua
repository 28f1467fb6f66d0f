-- The article of the same owner that says these words: another owner may have said them first. What it said once and has
-- changed since is no likeness. What comes without owner or address meets any.
local function find_twin(item)
  local is_nobodys = item.owner == '' and #item.aliases == 0
  for _, words in ipairs({ item.sha, item.owner ~= '' and item.words or nil }) do
    local twin = owner_of(words)
    local head = twin and read_head(twin)
    if head and head[2] == item.sha and (is_nobodys or (head[3] or '') == item.owner) then return twin end
  end
  return nil
end

-- Whose an input is by its addresses, else by its content, but for one that has a page or a uri of its own: two of them may
-- say the same today and differ tomorrow. Among owners equal content is no likeness: else whoever repeats another's words
-- would take a share in the article, or read it.
local function find_article(item)
  if item.corrects and not args.recovering then return item.id, false end
  for _, alias in ipairs(item.aliases) do
    local article = owner_of(alias)
    if article then return article, false end
  end
  local twin = (item.by_path or item.by_words) and not item.corrects and find_twin(item)
  if twin then return twin, true end
  return item.id, false
end

-- A path that repeats what another path says is not that one's: each may be written to, and then is an article of its own.
local function claim_aliases(item, article, by_content)
  if not (by_content and item.by_path) then
    for _, alias in ipairs(item.aliases) do keep_alias(alias, article) end
  end
  keep_alias(item.sha, article)
  if item.owner ~= '' and owner_of(item.sha) ~= article then keep_alias(item.words, article) end
end

-- Did an article say these words before?
local function has_said(item, article)
  return owner_of(item.sha) == article or (item.owner ~= '' and owner_of(item.words) == article)
end

-- An input that ends at the door: its receipt says how, and which revision has its place.
local function settle(item, outcome, ref)
  redis.call('SET', receipt_key(item.receipt), ended_as(ref, outcome, item.source), 'EX', args.receipt_retention)
  count('accepted', 1)
  count(outcome, 1)
  tell(ref, item.source, outcome, 'ingest', item.receipt)
  return { outcome, ref, '' }
end

local function next_rev(item, article, last_rev)
  local rev = item.rev
  if args.recovering then
    while redis.call('EXISTS', record_key(article .. '@' .. text(rev))) == 1 do rev = rev + 1 end
  elseif last_rev >= rev then
    rev = last_rev + 1
  end
  return rev
end

local ENDED = { indexed = 1, duplicate = 1, superseded = 1, withdrawn = 1, discarded = 1, refused = 1 }

-- The revision that must be read before this one is indexed: it may be under an embargo that this one says nothing of. What
-- takes an article back publishes nothing.
local function must_follow(item, article, last_rev)
  if item.withdraws or last_rev == 0 then return false end
  local state = redis.pcall('HGET', record_key(article .. '@' .. text(last_rev)), 'state')
  return type(state) == 'string' and state ~= 'dead' and not ENDED[state] -- a record that makes no sense keeps nothing back
end

local function enter(item, found, body, place)
  local article, last_rev = found.article, found.last_rev
  local rev = next_rev(item, article, last_rev)
  local news = {}
  if rev > last_rev then news.rev, news.sha = text(rev), item.sha end
  if item.owner ~= '' then news.owner, news.owned = item.owner, text(rev) end
  keep_head(article, news)
  keep_said(article, found.said, item, rev > last_rev and rev)
  local ref = article .. '@' .. text(rev)
  local key = record_key(ref)
  log_as(key, false, item.source, 'received', 'ingest', '', 'v', args.version, 'receipt', item.receipt, 'meta', item.meta,
    'source', item.source, 'stage', 'normalize', 'state', 'queued', 'seq', place, 'attempts', 0, 'crashes', 0, 'since', text(now))
  if must_follow(item, article, last_rev) then redis.call('HSET', key, 'after', text(last_rev)) end
  redis.call('ZADD', line_key('waiting', 'normalize'), place, ref)
  redis.call('SET', key .. ':raw', body)
  redis.call('SET', receipt_key(item.receipt), ref)
  count('accepted', 1)
  return ref
end

-- When a header said that the embargo of an input ends.
local function end_told(meta)
  local fine, told = pcall(cjson.decode, meta or '')
  return fine and type(told) == 'table' and told.embargoed_until or nil
end

-- Does a header move the end of what is not published yet? The bytes beside it may stay the same.
local function moves_end(item, article, head)
  local told = end_told(item.meta)
  if not told or not head[1] then return false end
  local is = redis.pcall('HMGET', record_key(article .. '@' .. head[1]), 'state', 'meta')
  return is[1] and not ENDED[is[1]] and told ~= end_told(is[2])
end

-- What says what the article says, or, but for a publisher's deliberate word, what it ever said, is no news: files and
-- feeds are read anew, and must not bring back what was corrected since.
local function is_same(item, article, head, by_content, said_before)
  if not (by_content or said_before or head[2] == item.sha) then return false end
  if moves_end(item, article, head) then return false end
  if not (item.again and head[1]) then return true end
  local last = redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
  return last ~= 'dead' and last ~= 'discarded' and last ~= 'refused'
end

-- What came to nothing binds nobody: the same version may be sent again, mended.
local function has_failed(article, head)
  local state = head[1] and redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
  return state == 'dead' or state == 'discarded' or state == 'refused'
end

-- Has what came last of an article not come to its end yet? It is read as things stand now anyhow.
local function is_moving(article, head)
  local state = head[1] and redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
  return state and not ENDED[state]
end

-- Is a push older than what its publisher said before? A correction of an article that has versions names a greater one.
local function is_outdated(item, article, head, said)
  if not said.version or item.withdraws then return false end
  if item.version == '' then return item.grows end
  local order = compare_versions(item.version, said.version)
  if order == 0 then return item.grows and head[2] ~= item.sha and not has_failed(article, head) end
  return order == -1
end

-- A withdrawal that came to nothing takes nothing back.
local VOID = { dead = 1, discarded = 1, refused = 1 }
local function is_void(article, rev)
  return VOID[redis.call('HGET', record_key(article .. '@' .. rev), 'state') or ''] ~= nil
end

-- Does a push bring back what was withdrawn without saying so? It says so by a greater version, by naming the revision that
-- withdrew it, or, of an article without versions, by words that it never had. What the desk withdrew only the desk brings
-- back.
local function is_gone(item, article, said)
  if not said.withdrawn or item.owner == '' or is_void(article, said.withdrawn) then return false end
  if item.withdraws or said.by == '' then return true end
  if item.expects then return false end
  if said.version then return item.version == '' or compare_versions(item.version, said.version) ~= 1 end
  return item.grows or has_said(item, article)
end

-- Why a push is not taken in: a condition that its sender named does not hold, or its publisher has said something newer.
local function objection(item, article, head, said, owner)
  if not item.again or args.recovering then return nil end
  if item.is_new and head[1] then return 'exists' end
  if item.expects and item.expects ~= (head[1] or '0') then return 'changed' end
  if is_gone(item, article, said) then return 'gone' end
  if item.owner ~= '' and owner == item.owner and is_outdated(item, article, head, said) then return 'outdated' end
  return nil
end

-- Head and sayings of an article; where the ledger has forgotten it, what the index remembers, as the front door read it.
local function recall(item, article)
  local head, before = read_head(article), item.before
  if head[1] then return head, read_said(article) end -- whose head is forgotten has no sayings: they are never younger
  if not before or before.article ~= article then return head, {} end
  local said = { version = before.version ~= '' and before.version }
  if before.withdrawn then said.withdrawn, said.by = before.rev, before.by end
  return { before.rev, '', before.owner, before.owned }, said
end

-- What becomes of an input at the door; nothing is changed yet. What a publisher pushed no other publisher revises, but for
-- the one whose key carries the page's prefix: it is theirs, whoever came first. What feeds and files tell of it goes on: the
-- index knows which edit is the newer one, and which word the richer.
local function judge(item)
  local article, by_content = find_article(item)
  local head, said = recall(item, article)
  local found = { article = article, by_content = by_content, said = said, last_rev = tonumber(head[1] or '0') }
  found.ref, found.version = article .. '@' .. (head[1] or '0'), said.version or ''
  local owner = owner_of_head(article, head)
  local foreign = not by_content and owner ~= '' and owner ~= item.owner
  if foreign and item.owner ~= '' and not item.own then
    found.answer = 'refused'
    return found
  end
  found.answer = objection(item, article, head, said, owner)
  if found.answer then return found end
  local said_before = not item.again and owner_of(item.sha) == article
  found.is_same = not item.rereads and is_same(item, article, head, by_content, said_before)
  if item.rereads and is_moving(article, head) then
    found.answer = 'superseded'
    return found
  end
  found.answer = item.outcome == 'superseded' and 'superseded' or found.is_same and 'duplicate' or 'received'
  return found
end

local function take_in(item, body, place)
  local known = redis.call('GET', receipt_key(item.receipt))
  if known then return { 'known', known, '' } end
  local found = judge(item)
  local reply = { found.answer, found.ref, found.version }
  if found.answer ~= 'superseded' and found.answer ~= 'duplicate' and found.answer ~= 'received' then return reply end
  claim_aliases(item, found.article, found.by_content)
  if found.answer == 'superseded' then return settle(item, 'superseded', found.ref) end
  if found.answer == 'duplicate' then
    if item.owner ~= '' and not found.by_content then
      keep_head(found.article, { owner = item.owner, owned = text(item.rev) })
      -- The same words under a greater version: what comes late under one between the two is outdated.
      if item.version ~= '' and not item.withdraws then keep_said(found.article, found.said, item, true) end
    end
    return settle(item, 'duplicate', found.ref)
  end
  reply[2] = enter(item, found, body, place)
  return reply
end

-- items: {receipt, id, corrects, rev, aliases, by_path, by_words, sha, words, owner, own, meta, again, outcome, note, version, withdraws,
-- rereads, is_new, expects, grows, before}; ARGV[3…] their bodies. One message for all that are new. What a person had discarded before Redis was lost comes in as what it is.
function calls.accept()
  local replies, fresh, place = {}, 0, next_places('normalize', #args.items)
  for i, item in ipairs(args.items) do
    replies[i] = take_in(item, ARGV[2 + i], place + i)
    local ref = replies[i][1] == 'received' and replies[i][2]
    if ref and item.outcome == 'discarded' then
      redis.call('ZREM', line_key('waiting', 'normalize'), ref)
      finish(ref, record_key(ref), 'discarded', 'ingest', item.note)
    elseif ref then
      fresh = fresh + 1
    end
  end
  if fresh > 0 then ring('normalize', fresh) end
  return cmsgpack.pack(replies)
end

-- What would become of these items, were they taken in now; nothing is changed.
function calls.weigh()
  local replies = {}
  for i, item in ipairs(args.items) do
    local found = judge(item)
    replies[i] = { found.answer, found.ref, found.version }
  end
  return cmsgpack.pack(replies)
end
