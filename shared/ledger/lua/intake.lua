-- Whose an input is by its addresses, else by its content, but for one that has a page or a uri of its own: two of them may
-- say the same today and differ tomorrow. Among owners equal content is no likeness: else whoever repeats another's words
-- would take a share in the article.
local function find_article(item)
  for _, alias in ipairs(item.aliases) do
    local article = owner_of(alias)
    if article then return article, false end
  end
  local twin = item.by_path and owner_of(item.sha)
  if twin and read_head(twin)[2] == item.sha then -- what it said once and has changed since is no likeness
    local owner = read_head(twin)[3] or ''
    if #item.aliases == 0 or owner == item.owner then return twin, true end
  end
  return item.id, false
end

-- A path that repeats what another path says is not that one's: each may be written to, and then is an article of its own.
local function claim_aliases(item, article, by_content)
  if not (by_content and item.by_path) then
    for _, alias in ipairs(item.aliases) do keep_alias(alias, article) end
  end
  keep_alias(item.sha, article)
end

-- An input that ends at the door: its receipt says how, and which revision has its place.
local function settle(item, outcome, ref)
  redis.call('SET', receipt_key(item.receipt), ref .. ' ' .. outcome .. ' ' .. text(now), 'EX', args.receipt_retention)
  count('accepted', 1)
  count(outcome, 1)
  tell(ref, item.source, outcome, 'ingest', item.receipt)
  return { outcome, ref }
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

local function enter(item, article, last_rev, body)
  local rev = next_rev(item, article, last_rev)
  local news = {}
  if rev > last_rev then news.rev, news.sha = text(rev), item.sha end
  if item.owner ~= '' then news.owner, news.owned = item.owner, text(rev) end
  keep_head(article, news)
  local ref = article .. '@' .. text(rev)
  local key = record_key(ref)
  redis.call('HSET', key, 'v', args.version, 'receipt', item.receipt, 'meta', item.meta,
    'source', item.source, 'stage', 'normalize', 'state', 'queued', 'attempts', 0, 'crashes', 0, 'since', text(now))
  redis.call('SET', key .. ':raw', body)
  redis.call('SET', receipt_key(item.receipt), ref)
  log(key, 'received', 'ingest')
  count('accepted', 1)
  return ref
end

-- What says what the article says, or, but for a publisher's deliberate word, what it ever said, is no news: files and
-- feeds are read anew, and must not bring back what was corrected since.
local function is_same(item, article, head, by_content, said_before)
  if not (by_content or said_before or head[2] == item.sha) then return false end
  if not (item.again and head[1]) then return true end
  local last = redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
  return last ~= 'dead' and last ~= 'discarded' and last ~= 'refused'
end

-- What a publisher pushed no other publisher revises, but for the one whose key carries the page's prefix: it is theirs,
-- whoever came first. What feeds and files tell of it goes on: the index knows which edit is the newer one, and which word
-- the richer.
local function take_in(item, body)
  local known = redis.call('GET', receipt_key(item.receipt))
  if known then return { 'known', known } end
  local article, by_content = find_article(item)
  local head = read_head(article)
  local ref = article .. '@' .. (head[1] or '0')
  local owner = owner_of_head(article, head)
  local foreign = not by_content and owner ~= '' and owner ~= item.owner
  if foreign and item.owner ~= '' and not item.own then return { 'refused', ref } end
  local said_before = not item.again and owner_of(item.sha) == article
  claim_aliases(item, article, by_content)
  if item.outcome == 'superseded' then return settle(item, 'superseded', ref) end
  if is_same(item, article, head, by_content, said_before) then
    if item.owner ~= '' and not by_content then keep_head(article, { owner = item.owner, owned = text(item.rev) }) end
    return settle(item, 'duplicate', ref)
  end
  return { 'received', enter(item, article, tonumber(head[1] or '0'), body) }
end

-- items: {receipt, id, rev, aliases, by_path, sha, owner, own, meta, again, outcome, note}; ARGV[3…] their bodies. One
-- message for all that are new. What a person had discarded before Redis was lost comes in as what it is.
function calls.accept()
  local replies, fresh = {}, {}
  for i, item in ipairs(args.items) do
    replies[i] = take_in(item, ARGV[2 + i])
    local ref = replies[i][1] == 'received' and replies[i][2]
    if ref and item.outcome == 'discarded' then
      finish(ref, record_key(ref), 'discarded', 'ingest', item.note)
    elseif ref then
      fresh[#fresh + 1] = ref
    end
  end
  enqueue('normalize', fresh)
  return cmsgpack.pack(replies)
end
