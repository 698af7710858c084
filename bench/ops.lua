-- Load script for wrk (-t1 only: the chain's state lives in one Lua thread).
--   wrk -t1 -c16 -d5s -s ops.lua http://127.0.0.1:PORT -- plan.lua
-- The plan is a Lua table written by plans.py, of one of two kinds:
--   {kind = "cycle", requests = {raw, raw, ...}}      ready-made requests, sent in turn
--   {kind = "chain", steps = {step, ...}, seeds = {value, ...}}
--     step  = {method, path, headers, before, after, take = {from = "location"|"body", pattern, step = N}}
--     A step's request carries before .. value .. after. What `take` finds in an answer becomes work for step N;
--     without N the answer only has to match. Step 1 starts by itself when there are no seeds and nothing is queued.
local plan, position, queue, head = nil, 0, {}, 1
local opening                       -- step 1 of a chain that needs no value, formatted once
faults = 0                          -- global: read by done() through thread:get

local main_thread
function setup(thread) main_thread = thread end

local function push(step, value) queue[#queue + 1] = {step, value} end

local function pop()
  local work = queue[head]
  if work then queue[head] = false; head = head + 1 end
  if head > 4096 then               -- drop the spent part now and then
    local rest = {}
    for i = head, #queue do rest[#rest + 1] = queue[i] end
    queue, head = rest, 1
  end
  return work
end

local function format_step(step, value)
  local body = nil
  if step.method == "POST" then body = step.before .. value .. step.after end
  return wrk.format(step.method, step.path, step.headers, body)
end

local function harvest(status, headers, body)
  local location = headers["Location"] or headers["location"]
  for _, step in ipairs(plan.steps) do
    local text = body
    if step.take.from == "location" then text = location end
    local value = text and string.match(text, step.take.pattern)
    if value and status < 400 then
      if step.take.step then push(step.take.step, value) end
      return
    end
  end
  faults = faults + 1
end

function init(arguments)
  plan = dofile(arguments[1])
  if plan.kind == "cycle" then return end
  response = harvest
  if #plan.seeds == 0 then opening = format_step(plan.steps[1], "") end
  for _, value in ipairs(plan.seeds) do push(1, value) end
end

function request()
  if plan.kind == "cycle" then
    position = position % #plan.requests + 1
    return plan.requests[position]
  end
  local work = pop()
  if work then return format_step(plan.steps[work[1]], work[2]) end
  if opening then return opening end
  faults = faults + 1               -- more connections than seeds: the row is not a result
  return format_step(plan.steps[1], "exhausted")
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "status_errors": %d, "socket_errors": %d, "faults": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, main_thread:get("faults"),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
