#pragma once
/// Certificates made by the openssl command when a test asks for them.

#include <fstream>
#include <string>
#include <vector>

#include "tests/child.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::testing {

/// A certificate and its key, as PEM files.
struct Identity {
  std::string certificate;
  std::string key;
};

/// An authority, and what it certifies. Its files go with it.
class Certificates {
 public:
  Certificates() : authority_(self_signed("authority", "CN=Test Authority")) {}

  /// The file that a client is to trust.
  [[nodiscard]] const std::string& authority() const noexcept { return authority_.certificate; }

  /// Signed by the authority. `names`: subject alternative names as OpenSSL writes them, or empty
  /// for none; `days` may be negative for one that has expired.
  [[nodiscard]] Identity signed_for(const std::string& names, const std::string& common_name = "x",
                                    int days = 2) {
    const auto file = next_file();
    const Identity made{file + ".pem", file + ".key"};
    std::ofstream{file + ".ext"} << (names.empty() ? "basicConstraints=CA:FALSE"
                                                   : "subjectAltName=" + names)
                                 << '\n';
    run({"openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", made.key, "-out", file + ".csr", "-subj", "/CN=" + common_name});
    run({"openssl", "x509", "-req", "-in", file + ".csr", "-CA", authority_.certificate, "-CAkey",
         authority_.key, "-set_serial", std::to_string(count_), "-days", std::to_string(days),
         "-extfile", file + ".ext", "-out", made.certificate});
    return made;
  }

  /// For the host, and signed by nobody but itself.
  [[nodiscard]] Identity self_signed_for_localhost() {
    return self_signed("self", "CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  }

 private:
  std::string next_file() { return folder_.file(std::to_string(++count_)); }

  Identity self_signed(const std::string& name, const std::string& subject,
                       const std::string& extension = "keyUsage=critical,keyCertSign") {
    const Identity made{folder_.file(name + ".pem"), folder_.file(name + ".key")};
    run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", made.key, "-out", made.certificate, "-days", "2", "-subj",
         "/" + subject, "-addext", extension});
    return made;
  }

  TemporaryFolder folder_;
  int count_ = 0;
  Identity authority_;
};

/// One authority, and one certificate for `localhost` and 127.0.0.1, for the whole program: making
/// them takes longer than most tests.
inline Certificates& certificates() {
  static Certificates made;
  return made;
}
inline const Identity& localhost() {
  static const Identity made = certificates().signed_for("DNS:localhost,IP:127.0.0.1");
  return made;
}

}  // namespace coffeeauth::testing
