#include "json_store.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "parts.hpp"
#include "table_file.hpp"

namespace json_store {
namespace {

/// Who is in a transaction: one thread of this process, and one process.
struct Writing {
  std::mutex mutex{};
  std::atomic<std::thread::id> thread{};
};

/// A thread's turn to write.
class Turn {
 public:
  Turn(Writing& writing, TableFile& file) : writing_(writing), ours_(writing.mutex) {
    all_ = file.lock();
    writing_.thread = std::this_thread::get_id();
  }
  ~Turn() { writing_.thread = std::thread::id{}; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Writing& writing_;
  std::unique_lock<std::mutex> ours_;
  Descriptor all_{};
};

class JsonTransaction final : public Transaction {
 public:
  JsonTransaction(Writing& writing, TableFile& file)
      : turn_(writing, file), file_(file), work_(*file.latest()) {}

  UserWrites& users() override { return while_open(users_); }
  SignUps& sign_ups() override { return while_open(sign_ups_); }
  SessionWrites& sessions() override { return while_open(sessions_); }
  OutboxWrites& outbox() override { return while_open(outbox_); }
  KeyWrites& keys() override { return while_open(keys_); }
  void commit() override {
    if (while_open(work_).failed) throw std::logic_error("a call of the transaction failed");
    is_over_ = true;
    file_.replace(work_.tables);
  }

 private:
  template <class Part>
  Part& while_open(Part& part) const {
    if (is_over_) throw std::logic_error("the transaction is over");
    return part;
  }

  Turn turn_;
  TableFile& file_;
  Work work_;
  bool is_over_ = false;
  UsersPart users_{work_};
  SignUpsPart sign_ups_{work_};
  SessionsPart sessions_{work_};
  OutboxPart outbox_{work_};
  KeysPart keys_{work_};
};

class JsonStore final : public Store, private Source {
 public:
  explicit JsonStore(const std::filesystem::path& file) : file_(file) {}

  UserReads& users() override { return users_; }
  SessionReads& sessions() override { return sessions_; }
  OutboxReads& outbox() override { return outbox_; }
  KeyReads& keys() override { return keys_; }
  void ping() override { static_cast<void>(file_.latest()); }
  std::unique_ptr<Transaction> begin() override {
    if (writing_.thread == std::this_thread::get_id()) {
      throw std::logic_error("a transaction inside a transaction of the same thread");
    }
    return std::make_unique<JsonTransaction>(writing_, file_);
  }

 private:
  std::shared_ptr<const Tables> look() override { return file_.latest(); }

  TableFile file_;
  Writing writing_;
  UserReadsPart users_{*this};
  SessionReadsPart sessions_{*this};
  OutboxReadsPart outbox_{*this};
  KeyReadsPart keys_{*this};
};

}  // namespace
}  // namespace json_store

std::unique_ptr<coffeeauth::Store> make_json_store(const std::filesystem::path& file) {
  return std::make_unique<json_store::JsonStore>(file);
}
