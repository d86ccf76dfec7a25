#pragma once
/// Keeps what it is told, for a test to look at.

#include <mutex>
#include <string>
#include <vector>

#include "coffeeauth/ports/diagnostics.hpp"

namespace coffeeauth::testing {

class RecordingDiagnostics final : public Diagnostics {
 public:
  struct Told {
    std::string what, which, text;
  };
  void tell(const Diagnostic& diagnostic) noexcept override {
    const std::lock_guard lock(mutex_);
    told_.push_back({std::string(diagnostic.what), std::string(diagnostic.which),
                     std::string(diagnostic.text)});
  }
  [[nodiscard]] std::vector<Told> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Told> told_;
};

}  // namespace coffeeauth::testing
