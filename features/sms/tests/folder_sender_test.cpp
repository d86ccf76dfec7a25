// The sender of development.

#include "coffeeauth/sms/folder_sender.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <sys/stat.h>

#include <fstream>
#include <memory>

#include "coffeeauth/error.hpp"
#include "coffeeauth/sms/contract.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::sms {
namespace {

using testing::TemporaryFolder;

unsigned mode_of(const std::filesystem::path& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777U;
}

Sms sample_in_folder(std::uint64_t n) {
  return {.id = testing::nth<JobId>(n),
          .to = PhoneNumber::parse("+491701234567").value(),
          .text = Secret{std::string_view{"001234 is your Shop code.\n\n@example.org #001234"}},
          .kind = "code",
          .expires_at = testing::noon};
}

class FolderHarness final : public SmsSenderHarness {
 public:
  std::unique_ptr<SmsSender> fresh() override {
    folder_ = std::make_unique<TemporaryFolder>();
    return make_folder_sender(folder_->path() / "sms");
  }
  std::vector<ReceivedSms> received() override {
    std::vector<ReceivedSms> all;
    for (const auto& one : list_sms_folder(folder_->path() / "sms", 1'000)) {
      all.push_back({one.id, one.to, one.text, one.kind, one.expires_at});
    }
    return all;
  }
  bool take_down() override {
    std::filesystem::remove_all(folder_->path() / "sms");
    return true;
  }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace

TEST_CASE("the folder keeps the contract of senders") {
  FolderHarness harness;
  sms_sender_contract(harness);
}

TEST_CASE("files are for their owner alone, complete, and listed with the newest first") {
  const TemporaryFolder place;
  const auto folder = place.path() / "below" / "sms";
  const auto sender = make_folder_sender(folder);
  CHECK(mode_of(folder) == 0700U);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    CHECK(sender->deliver(sample_in_folder(n)).verdict == DeliveryVerdict::delivered);
  }
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    CHECK(entry.path().extension() == ".sms");
    CHECK(mode_of(entry.path()) == 0600U);
  }
  const auto all = list_sms_folder(folder, 2);
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == sample_in_folder(3).id);
  CHECK(all[1].id == sample_in_folder(2).id);
}

TEST_CASE("what no sender wrote is skipped, and a folder that is not there is empty") {
  const TemporaryFolder place;
  CHECK(list_sms_folder(place.path() / "none", 10).empty());
  const auto sender = make_folder_sender(place.path());
  CHECK(sender->deliver(sample_in_folder(1)).verdict == DeliveryVerdict::delivered);
  const auto other = testing::nth<JobId>(9).str();
  std::ofstream{place.file("notes.sms")} << "+491701234567\ncode\n\n\ntext";
  std::ofstream{place.file(other + ".txt")} << "+491701234567\ncode\n\n\ntext";
  std::ofstream{place.file(other + ".sms")} << "+491701234567\ncode\nsoon\n\ntext";
  CHECK(list_sms_folder(place.path(), 10).size() == 1);
  CHECK_THROWS_AS(static_cast<void>(list_sms_folder(place.file("notes.sms"), 10)), Unavailable);
}

}  // namespace coffeeauth::sms
