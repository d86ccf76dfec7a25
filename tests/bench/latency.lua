-- For wrk: prints what it measured as one line of JSON. Times are microseconds.
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "duration": %d, "p50": %d, "p99": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed.status + failed.connect + failed.read + failed.write + failed.timeout))
end
