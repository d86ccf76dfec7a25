#include "process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace coffeeauth::server {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::optional<ProcessUsage> process_usage() {
  namespace fs = std::filesystem;
  ProcessUsage usage;
  std::ifstream statm{"/proc/self/statm"};
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  if (!(statm >> all_pages >> resident_pages)) return std::nullopt;
  usage.resident_bytes = resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::error_code error;
  fs::directory_iterator files{"/proc/self/fd", error};
  if (error) return std::nullopt;
  usage.open_files = static_cast<std::size_t>(std::distance(files, fs::directory_iterator{}));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.most_files = limit.rlim_cur;
  ::rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  return usage;
}

}  // namespace coffeeauth::server
