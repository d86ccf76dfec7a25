#include "table_json.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <type_traits>
#include <utility>

// Each struct lists its fields once, in fields(); Writer and Reader walk over the same list.

namespace json_store {
namespace {

using Json = nlohmann::json;

/// Octets that need not be UTF-8, as sealed payloads are not.
struct Octets {
  std::string& data;
};

template <class F>
void fields(F&& f, Pending& p) {
  f("password_hash", p.password_hash);
  f("email", p.email);
  f("first_name", p.first_name);
  f("last_name", p.last_name);
  f("language", p.language);
}
template <class F>
void fields(F&& f, Code& c) {
  f("digest", c.digest);
  f("network", c.network);
  f("expires_at", c.expires_at);
  f("attempts", c.attempts);
}
template <class F>
void fields(F&& f, Share& s) {
  f("network", s.network);
  f("admitted_at", s.admitted_at);
  f("attempts", s.attempts);
  f("older_attempts", s.older_attempts);
  f("guessing_since", s.guessing_since);
  f("guesses", s.guesses);
  f("mails", s.mails);
}
template <class F>
void fields(F&& f, DayCount& c) {
  f("since", c.since);
  f("count", c.count);
}
template <class F>
void fields(F&& f, LoginCode& c) {
  f("digest", c.digest);
  f("expires_at", c.expires_at);
  f("attempts", c.attempts);
}
template <class F>
void fields(F&& f, Visit& v) {
  f("address", v.address);
  f("last", v.last);
}
template <class F>
void fields(F&& f, User& u) {
  f("id", u.id);
  f("email", u.email);
  f("first_name", u.first_name);
  f("last_name", u.last_name);
  f("language", u.language);
  f("role", u.role);
  f("is_verified", u.is_verified);
  f("is_active", u.is_active);
  f("second_factor", u.second_factor);
  f("date_joined", u.date_joined);
  f("last_login", u.last_login);
  f("version", u.version);
  f("security_version", u.security_version);
}
template <class F>
void fields(F&& f, UserRow& r) {
  f("user", r.account.user);
  f("password_hash", r.account.password_hash);
  f("unverified_since", r.unverified_since);
  f("pending", r.pending);
  f("contested", r.contested);
  f("code", r.code);
  f("older_code", r.older_code);
  f("shares", r.shares);
  f("login_code", r.login_code);
  f("login_codes", r.login_codes);
  f("login_codes_for_password", r.login_codes_for_password);
  f("guesses_at_login", r.guesses_at_login);
  f("visits", r.visits);
}
template <class F>
void fields(F&& f, SessionRow& r) {
  f("id", r.session.id);
  f("user_id", r.session.user_id);
  f("created_at", r.session.created_at);
  f("last_used_at", r.session.last_used_at);
  f("idle_expires_at", r.session.idle_expires_at);
  f("expires_at", r.session.expires_at);
  f("address", r.session.address);
  f("user_agent", r.session.user_agent);
  f("authenticated_at", r.session.authenticated_at);
  f("methods", r.session.methods);
  f("current", r.current);
  f("spent", r.spent);
  f("spent_at", r.spent_at);
  f("sealed_successor", Octets{r.sealed_successor});
}
template <class F>
void fields(F&& f, JobRow& r) {
  f("id", r.job.id);
  f("kind", r.job.kind);
  f("sealed_payload", Octets{r.job.sealed_payload});
  f("message_id", r.job.message_id);
  f("created_at", r.job.created_at);
  f("expires_at", r.job.expires_at);
  f("channel", r.job.channel);
  f("state", r.state);
  f("attempts", r.attempts);
  f("abandoned", r.abandoned);
  f("due", r.due);
  f("lease", r.lease);
  f("last_error", r.last_error);
}
template <class F>
void fields(F&& f, StoredKey& k) {
  f("kid", k.kid);
  f("algorithm", k.algorithm);
  f("sealed_private", Octets{k.sealed_private});
  f("created_at", k.created_at);
  f("signs_from", k.signs_from);
  f("verifies_until", k.verifies_until);
}
template <class F>
void fields(F&& f, LeaseRow& r) {
  f("holder", r.holder);
  f("until", r.until);
}
template <class F>
void fields(F&& f, Tables& t) {
  f("users", t.users);
  f("sessions", t.sessions);
  f("jobs", t.jobs);
  f("keys", t.keys);
  f("leases", t.leases);
}

constexpr const char* digits = "0123456789abcdef";

std::string key_text(const std::string& key) { return key; }
template <class Tag>
std::string key_text(const Id<Tag>& key) {
  return key.str();
}

struct Writer {
  Json json = Json::object();

  template <class T>
  void operator()(const char* name, T&& value) {
    json[name] = write(value);
  }

  static Json write(const std::string& text) { return text; }
  template <class T>
  requires std::is_arithmetic_v<T>
  static Json write(T number) { return number; }
  static Json write(UtcTime time) { return to_unix_millis(time); }
  static Json write(Role role) { return wire_name(role); }
  static Json write(JobState state) { return state == JobState::dead ? "dead" : "pending"; }
  static Json write(const PasswordHash& hash) { return hash.phc(); }
  static Json write(const Language& language) { return language.tag(); }
  static Json write(const EmailAddress& email) { return {email.display(), email.canonical()}; }
  template <class Tag>
  static Json write(const Id<Tag>& id) {
    return id.str();
  }
  template <class Tag>
  static Json write(const Digest<Tag>& digest) {
    return to_hex(digest.bytes());
  }
  static Json write(const Octets& octets) {
    std::string hex;
    for (const char c : octets.data) {
      const auto octet = static_cast<unsigned char>(c);
      hex += {digits[octet >> 4U], digits[octet & 15U]};
    }
    return hex;
  }
  template <class T>
  static Json write(std::optional<T>& value) {
    return value ? write(*value) : Json{};
  }
  template <class T>
  static Json write(std::vector<T>& list) {
    auto json = Json::array();
    for (auto& each : list) json.push_back(write(each));
    return json;
  }
  template <class K, class V, class C>
  static Json write(std::map<K, V, C>& rows) {
    auto json = Json::object();
    for (auto& [key, row] : rows) json[key_text(key)] = write(row);
    return json;
  }
  template <class T>
  requires requires(Writer& w, T& t) { fields(w, t); }
  static Json write(T& row) {
    Writer writer;
    fields(writer, row);
    return std::move(writer.json);
  }
};

struct Reader {
  const Json& json;

  template <class T>
  void operator()(const char* name, T&& value) {
    read(json.at(name), value);
  }

  template <class T>
  static T required(const std::optional<T>& value) {
    if (!value) throw std::invalid_argument("not a value of this Store");
    return *value;
  }
  static void read(const Json& json, std::string& text) { json.get_to(text); }
  template <class T>
  requires std::is_arithmetic_v<T>
  static void read(const Json& json, T& number) { json.get_to(number); }
  static void read(const Json& json, UtcTime& time) {
    time = from_unix_millis(json.get<std::int64_t>());
  }
  static void read(const Json& json, Role& role) {
    role = required(parse_role(json.get<std::string>()));
  }
  static void read(const Json& json, JobState& state) {
    state = json.get<std::string>() == "dead" ? JobState::dead : JobState::pending;
  }
  static void read(const Json& json, PasswordHash& hash) {
    hash = PasswordHash{json.get<std::string>()};
  }
  static void read(const Json& json, Language& language) {
    language = Language::restore(json.get<std::string>());
  }
  static void read(const Json& json, EmailAddress& email) {
    email = EmailAddress::restore(json.at(0).get<std::string>(), json.at(1).get<std::string>());
  }
  template <class Tag>
  static void read(const Json& json, Id<Tag>& id) {
    id = required(Id<Tag>::parse(json.get<std::string>()));
  }
  template <class Tag>
  static void read(const Json& json, Digest<Tag>& digest) {
    digest = Digest<Tag>{required(parse_hex_digest(json.get<std::string>()))};
  }
  static void read(const Json& json, const Octets& octets) {
    const auto hex = json.get<std::string>();
    if (hex.size() % 2 != 0) throw std::invalid_argument("half an octet");
    octets.data.clear();
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      octets.data.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
  }
  template <class T>
  static void read(const Json& json, std::optional<T>& value) {
    if (json.is_null()) return value.reset();
    read(json, value.emplace());
  }
  template <class T>
  static void read(const Json& json, std::vector<T>& list) {
    for (const auto& each : json) read(each, list.emplace_back());
  }
  template <class V>
  static void read(const Json& json, std::map<std::string, V, std::less<>>& rows) {
    for (const auto& [key, row] : json.items()) read(row, rows[key]);
  }
  template <class Tag, class V>
  static void read(const Json& json, std::map<Id<Tag>, V>& rows) {
    for (const auto& [key, row] : json.items()) read(row, rows[required(Id<Tag>::parse(key))]);
  }
  template <class T>
  requires requires(Reader& r, T& t) { fields(r, t); }
  static void read(const Json& json, T& row) { fields(Reader{json}, row); }
};

}  // namespace

std::string to_json_text(const Tables& tables) {
  // fields() hands out references for reading and writing alike; Writer only reads.
  return Writer::write(const_cast<Tables&>(tables)).dump();
}

Tables parse_json_text(const std::string& text) {
  try {
    Tables tables;
    Reader::read(Json::parse(text), tables);
    return tables;
  } catch (const std::exception&) {
    // What it says would quote the file.
    throw Unavailable("the file of the store holds something else");
  }
}

}  // namespace json_store
