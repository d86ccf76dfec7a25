#pragma once
/// Tables: all data of the Store, as plain values. Each transaction works on a copy.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/ports/store.hpp"

namespace json_store {

using namespace coffeeauth;

struct Pending {
  PasswordHash password_hash{};
  EmailAddress email = EmailAddress::restore({}, {});
  std::string first_name{};
  std::string last_name{};
  Language language{};
};

struct Code {
  CodeDigest digest{};
  AddressDigest network{};
  UtcTime expires_at{};
  /// Wrong guesses of that network while it has no share.
  std::size_t attempts = 0;
};

/// Counts what happened in the day that began then.
struct DayCount {
  UtcTime since{};
  std::size_t count = 0;
};

struct LoginCode {
  CodeDigest digest{};
  UtcTime expires_at{};
  std::size_t attempts = 0;
};

/// What a network has spent, or all that have no share of their own.
struct Share {
  std::optional<AddressDigest> network{};
  UtcTime admitted_at{};
  /// Wrong guesses at the newest code, and at the one before it.
  std::size_t attempts = 0;
  std::size_t older_attempts = 0;
  /// Wrong guesses of the day that began then.
  UtcTime guessing_since{};
  std::size_t guesses = 0;
  /// When mails were sent, the latest last.
  std::vector<UtcTime> mails{};
};

struct Visit {
  AddressDigest address{};
  UtcTime last{};
};

struct UserRow {
  Credentials account{User{{}, EmailAddress::restore({}, {}), {}, {}}, {}};
  /// When the latest sign-up was.
  UtcTime unverified_since{};
  /// Those that wait for the owner, or decoys; the latest last.
  std::vector<Pending> pending{};
  /// Whether a code alone is not enough: one of them was dropped for lack of room, or the account
  /// has a past that is not a sign-up's.
  bool contested = false;
  std::optional<Code> code{};
  std::optional<Code> older_code{};
  std::vector<Share> shares{};
  std::optional<LoginCode> login_code{};
  /// Login codes made for anybody and for who gave the password, and guesses at them.
  DayCount login_codes{};
  DayCount login_codes_for_password{};
  DayCount guesses_at_login{};
  /// The latest last.
  std::vector<Visit> visits{};
};

struct SessionRow {
  Session session{};
  RefreshTokenDigest current{};
  std::optional<RefreshTokenDigest> spent{};
  UtcTime spent_at{};
  std::string sealed_successor{};
};

struct JobRow {
  NewJob job{};
  JobState state = JobState::pending;
  std::uint32_t attempts = 0;
  std::uint32_t abandoned = 0;
  /// Its time, or while it is in a worker's hands the end of the lease.
  UtcTime due{};
  std::optional<LeaseId> lease{};
  std::string last_error{};
};

struct LeaseRow {
  LeaseId holder{};
  UtcTime until{};
};

struct Tables {
  std::map<UserId, UserRow> users{};
  std::map<SessionId, SessionRow> sessions{};
  std::map<JobId, JobRow> jobs{};
  std::map<std::string, StoredKey, std::less<>> keys{};
  std::map<std::string, LeaseRow, std::less<>> leases{};
};

}  // namespace json_store
