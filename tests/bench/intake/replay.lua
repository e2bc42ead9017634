-- Sends ready-made requests of one length each, in order: `-- PATH FILE LENGTH FIRST [again]`.
-- At the file's end it fails, as a ballot sent twice measures something else, unless `again`.
local begin, file, length, again

function init(args)
  begin = "POST " .. args[1]
  file = assert(io.open(args[2], "rb"))
  length = tonumber(args[3])
  file:seek("set", length * tonumber(args[4]))
  again = args[5] == "again"
end

function request()
  local ready = file:read(length)
  if not ready or #ready < length then
    if again then
      file:seek("set", 0)
      return request()
    end
    io.stderr:write("ran out of requests\n")
    os.exit(3)
  end
  return begin .. ready
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"refused":%d,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status, failed,
    latency:percentile(50), latency:percentile(99)))
end
