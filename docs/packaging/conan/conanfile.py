from os.path import join

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir
from conan.tools.gnu import PkgConfigDeps

required_conan_version = ">=2.0"

CORE = ["tl-expected::tl-expected", "nlohmann_json::nlohmann_json", "libsodium::libsodium", "libidn2::libidn2",
        "libunistring::libunistring"]

# Each component: the options of which one brings it (none: always), which of ours it needs, and of others.
COMPONENTS = {
    "core": ([], [], CORE),
    "http_api": ([], ["core"], ["nlohmann_json::nlohmann_json", "libsodium::libsodium"]),
    "memory": ([], ["core"], []),
    "testing": ([], ["core", "memory"], []),
    "contracts": (["contracts"], ["testing"], ["doctest::doctest"]),
    "crypto": (["crypto"], ["core"], ["openssl::crypto"]),
    "http_poco": (["http"], ["http_api"], ["poco::poco_net"]),
    "net": (["redis", "smtp"], ["core"], ["poco::poco_netssl", "openssl::openssl"]),
    "redis": (["redis"], ["core", "net"], []),
    "smtp": (["smtp"], ["core", "net"], ["poco::poco_net"]),
    "sql": (["sql"], ["core"], ["poco::poco_datasqlite"]),
    "standard": (["standard"], ["http_api", "memory", "crypto", "sql", "redis", "smtp"], []),
    "recovery": ([], ["http_api"], ["nlohmann_json::nlohmann_json"]),
    "recovery_contracts": (["contracts"], ["recovery", "contracts"], []),
    "recovery_memory": ([], ["recovery", "memory"], []),
    "recovery_sql": (["sql"], ["recovery", "sql"], []),
    "recovery_standard": (["standard"], ["recovery_memory", "recovery_sql", "standard"], []),
    "new_device": ([], ["core"], []),
    "new_device_contracts": (["contracts"], ["new_device", "contracts"], []),
    "new_device_memory": ([], ["new_device", "memory"], []),
    "new_device_sql": (["sql"], ["new_device", "sql"], []),
    "new_device_standard": (["standard"], ["new_device_memory", "new_device_sql", "standard"], []),
    "second_factor": ([], ["http_api"], ["nlohmann_json::nlohmann_json"]),
    "second_factor_contracts": (["contracts"], ["second_factor", "contracts"], []),
    "second_factor_memory": ([], ["second_factor", "memory"], []),
    "second_factor_sql": (["sql"], ["second_factor", "sql"], []),
    "second_factor_standard": (["standard"], ["second_factor_memory", "second_factor_sql", "standard"], []),
    "passkeys": ([], ["http_api"], ["nlohmann_json::nlohmann_json", "libsodium::libsodium"]),
    "passkeys_contracts": (["contracts"], ["passkeys", "contracts"], []),
    "passkeys_memory": ([], ["passkeys", "memory"], []),
    "passkeys_sql": (["sql"], ["passkeys", "sql"], []),
    "passkeys_standard": (["standard"], ["passkeys_memory", "passkeys_sql", "standard"], []),
    "email_login": ([], ["http_api"], ["nlohmann_json::nlohmann_json"]),
    "email_login_contracts": (["contracts"], ["email_login", "contracts"], []),
    "email_login_memory": ([], ["email_login", "memory"], []),
    "email_login_sql": (["sql"], ["email_login", "sql"], []),
    "email_login_standard": (["standard"], ["email_login_memory", "email_login_sql", "standard"], []),
    "account_pages": ([], ["http_api"], []),
    "account_pages_standard": (["standard"], ["account_pages", "standard"], []),
    "sms": ([], ["core"], []),
    "sms_contracts": (["contracts"], ["sms", "contracts"], []),
    "sms_memory": ([], ["sms", "memory"], []),
    "sms_senders": (["smtp"], ["sms", "net"], ["openssl::crypto"]),
    "sms_sql": (["sql"], ["sms", "sql"], []),
    "sms_standard": (["standard"], ["sms_memory", "sms_sql", "standard", "sms_senders"], []),
    "sms_testing": ([], ["sms"], []),
}
# Parts of the others, for nobody to ask for. A shared library takes them in.
INTERNAL = ["net"]
# What coffeeauth_embed_migrations() of the component sql is in; the first includes nothing and finds the other.
MIGRATION_SCRIPTS = ["CoffeeauthMigrations.cmake", "embed_migrations.cmake"]
# Options that are adapters of the build.
ADAPTERS = ["crypto", "http", "redis", "smtp", "sql", "standard"]
# What the option standard brings along.
TIED_TOGETHER = ["crypto", "redis", "smtp", "sql"]


def requirements_of(name, shared):
    """The components, ours and those of others, that a component is linked with."""
    _, ours, others = COMPONENTS[name]
    if not shared:
        return ours + others
    taken_in = [part for part in ours if part in INTERNAL]
    return [part for part in ours if part not in taken_in] + others + sum((COMPONENTS[part][2] for part in taken_in), [])


class CoffeeauthConan(ConanFile):
    name = "coffeeauth"
    version = "0.1.0"
    description = "User management for C++ back ends: sign-up, verification by mail, sessions, roles, REST API"
    license = "MIT"
    topics = ("authentication", "users", "jwt", "rest")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "contracts": [True, False], "postgresql": [True, False],
               **{adapter: [True, False] for adapter in ADAPTERS}}
    default_options = {"shared": False, "contracts": False, "postgresql": False,
                       **{adapter: False for adapter in ADAPTERS}}

    def export_sources(self):
        # The tree that this recipe lies in. In a remote: source() of a release.
        root = join(self.recipe_folder, "..", "..", "..")
        for part in ("CMakeLists.txt", "LICENSE", "adapters/*", "cmake/*", "features/*", "include/*", "lib/*"):
            copy(self, part, root, self.export_sources_folder, excludes=["*/node_modules/*"])

    def configure(self):
        if self.options.standard:
            for part in TIED_TOGETHER:
                setattr(self.options, part, True)
        if self.options.postgresql:
            self.options.sql = True
            self.options["poco"].enable_data_postgresql = True
        if self.options.redis or self.options.smtp:
            self.options["poco"].enable_netssl = True
        if self.options.sql:
            self.options["poco"].enable_data_sqlite = True

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        # In the headers of every consumer.
        self.requires("tl-expected/1.1.0", transitive_headers=True)
        self.requires("nlohmann_json/3.11.3", transitive_headers=True)
        self.requires("libsodium/1.0.20")
        self.requires("libidn2/2.3.0")
        self.requires("libunistring/0.9.10")
        # A header, which no header of ours includes.
        self.requires("kainjow-mustache/4.1", visible=False)
        if self.options.contracts:
            self.requires("doctest/2.4.11", transitive_headers=True)
        if any((self.options.http, self.options.redis, self.options.smtp, self.options.sql)):
            self.requires("poco/1.13.3")
        if self.options.crypto or self.options.redis or self.options.smtp:
            self.requires("openssl/[>=3 <4]")
        if self.options.postgresql:
            self.requires("libpq/15.4")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25]")
        self.tool_requires("pkgconf/[>=2 <3]")

    def generate(self):
        toolchain = CMakeToolchain(self)
        adapters = ["memory"] + [adapter for adapter in ADAPTERS if self.options.get_safe(adapter)]
        toolchain.cache_variables["COFFEEAUTH_ADAPTERS"] = ";".join(adapters)
        toolchain.cache_variables["COFFEEAUTH_CONTRACTS"] = bool(self.options.contracts)
        toolchain.cache_variables["COFFEEAUTH_DEVELOPER_MODE"] = False
        if self.options.sql:
            toolchain.cache_variables["COFFEEAUTH_SQL_POSTGRESQL"] = bool(self.options.postgresql)
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, join(self.package_folder, "licenses"))
        # coffeeauth_embed_migrations(), which is no target.
        for script in MIGRATION_SCRIPTS if self.options.sql else ():
            copy(self, script, join(self.source_folder, "cmake"), join(self.package_folder, "cmake"))
        # Conan writes these from package_info().
        rmdir(self, join(self.package_folder, "lib", "cmake"))
        rmdir(self, join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "coffeeauth")
        # Or the name of the core would mean all of them.
        self.cpp_info.set_property("cmake_target_name", "coffeeauth::every_component")
        for name, (options, _, _) in COMPONENTS.items():
            if options and not any(self.options.get_safe(option) for option in options):
                continue
            if name in INTERNAL and self.options.shared:
                continue
            component = self.cpp_info.components[name]
            component.libs = [f"coffeeauth_{name}"]
            component.requires = requirements_of(name, bool(self.options.shared))
            component.set_property("cmake_target_name", f"coffeeauth::{name}")
            component.set_property("pkg_config_name", f"coffeeauth-{name}")
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_aliases", ["coffeeauth::coffeeauth"])
        core.system_libs = ["pthread"]
        if self.options.sql:
            self.cpp_info.set_property("cmake_build_modules", [join("cmake", MIGRATION_SCRIPTS[0])])
        if self.options.postgresql:
            self.cpp_info.components["sql"].requires += ["poco::poco_datapostgresql", "libpq::libpq"]
