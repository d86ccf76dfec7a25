#pragma once
/// A PostgreSQL server of its own for a test program, in a temporary folder.

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "coffeeauth/sql/sql.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::testing {

/// What a test wants of its server.
struct PostgresSetup {
  std::string time_zone = "UTC";
  /// A language to sort by; the order of bytes when it is empty.
  std::string language{};
};

/// Started by the constructor, stopped by the destructor, and by the kernel when the program dies.
/// Listens on a free port of 127.0.0.1 and on a socket in its folder. It forgets on a power cut.
class PostgresServer {
 public:
  /// All that an escape could go wrong with.
  static constexpr auto password = R"(it's a \ "pass word" % =)";
  static constexpr auto user = "coffee owner";

  explicit PostgresServer(const PostgresSetup& setup = {}) {
    if (::geteuid() == 0) {
      // The server refuses to run as root.
      const auto* account = ::getpwnam("postgres");
      if (account == nullptr) account = ::getpwnam("nobody");
      if (account == nullptr) throw std::runtime_error("no account to run PostgreSQL as");
      uid_ = account->pw_uid;
      gid_ = account->pw_gid;
      if (::chown(folder_.path().c_str(), uid_, gid_) != 0) throw std::runtime_error("chown");
    }
    initialise(setup);
    start_on_a_free_port();
  }
  ~PostgresServer() { stop(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start() {
    process_ = spawn({program("postgres"),
                      "-D",
                      data(),
                      "-p",
                      std::to_string(port_),
                      "-k",
                      folder_.path().string(),
                      "-h",
                      "127.0.0.1",
                      "-c",
                      "fsync=off",
                      "-c",
                      "full_page_writes=off",
                      "-c",
                      "shared_buffers=32MB",
                      "-c",
                      "max_connections=100",
                      "-c",
                      "deadlock_timeout=100ms",
                      "-c",
                      "timezone=" + time_zone_});
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!answers()) {
      if (std::chrono::steady_clock::now() > give_up ||
          ::waitpid(process_, nullptr, WNOHANG) != 0) {
        throw std::runtime_error("PostgreSQL does not start: " + log());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  }
  /// SIGINT: the server ends every connection. SIGQUIT: it does so without a word, as in a crash.
  void stop(int signal = SIGINT) noexcept {
    if (process_ <= 0) return;
    ::kill(process_, signal);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

  [[nodiscard]] sql::PostgresOptions options(const std::string& database) const {
    return {.port = port_, .database = database, .user = user, .password = Secret(password)};
  }
  [[nodiscard]] std::string socket_folder() const { return folder_.path().string(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Runs a statement as the owner, outside a transaction; the first field of the first row.
  std::string execute(const std::string& database, const std::string& statement) const {
    const auto connection = connect(database);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), statement.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error(PQerrorMessage(connection.get()));
    }
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }
  void create_database(const std::string& name) const {
    execute("postgres", "CREATE DATABASE " + name);
  }
  void drop_database(const std::string& name) const {
    execute("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
  [[nodiscard]] Connection connect(const std::string& database) const {
    const auto port = std::to_string(port_);
    const char* names[] = {"host", "port", "dbname", "user", "password", nullptr};
    const char* values[] = {"127.0.0.1", port.c_str(), database.c_str(), user, password, nullptr};
    Connection connection(PQconnectdbParams(names, values, 0), PQfinish);
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    return connection;
  }

 private:
  /// A port that was free a moment ago may be that of somebody's connection by now.
  void start_on_a_free_port() {
    constexpr int enough = 10;
    for (int tries = 1;; ++tries) {
      port_ = free_port();
      try {
        start();
        return;
      } catch (const std::runtime_error&) {
        const bool is_taken = log().find("Address already in use") != std::string::npos;
        if (!is_taken || tries == enough) throw;
      }
    }
  }

  static std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound =
        ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
    ::close(socket);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
  }

  // The newest that is installed.
  static std::string program(const std::string& name) {
    std::vector<std::pair<int, std::string>> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      const auto path = version.path() / "bin" / name;
      if (!std::filesystem::exists(path)) continue;
      found.emplace_back(std::atoi(version.path().filename().c_str()), path.string());
    }
    return found.empty() ? name : std::max_element(found.begin(), found.end())->second;
  }

  [[nodiscard]] std::string data() const { return folder_.file("data"); }
  [[nodiscard]] bool answers() const {
    return PQstatus(connect("postgres").get()) == CONNECTION_OK;
  }
  [[nodiscard]] std::string log() const {
    std::ifstream file(folder_.file("log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void initialise(const PostgresSetup& setup) {
    time_zone_ = setup.time_zone;
    const auto password_file = folder_.file("password");
    std::ofstream(password_file) << password << '\n';
    std::vector<std::string> command{program("initdb"),
                                     "-D",
                                     data(),
                                     "--no-sync",
                                     "-U",
                                     user,
                                     "--auth=scram-sha-256",
                                     "--pwfile=" + password_file,
                                     "--encoding=UTF8",
                                     "--locale=C.UTF-8"};
    if (!setup.language.empty()) {
      command.emplace_back("--locale-provider=icu");
      command.push_back("--icu-locale=" + setup.language);
    }
    int status = -1;
    ::waitpid(spawn(command), &status, 0);
    if (status != 0) throw std::runtime_error("initdb failed: " + log());
  }

  // No function that allocates may run between fork and exec: other threads may hold the lock.
  pid_t spawn(const std::vector<std::string>& command) const {
    std::vector<char*> arguments;
    for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    const auto log_file = folder_.file("log");
    const auto folder = folder_.path().string();
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (uid_ != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(gid_) != 0 || ::setuid(uid_) != 0)) {
      ::_exit(126);
    }
    // After the change of the user, which forgets it.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != parent || ::chdir(folder.c_str()) != 0) ::_exit(126);
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  const TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  std::string time_zone_;
  pid_t process_ = -1;
};

}  // namespace coffeeauth::testing
