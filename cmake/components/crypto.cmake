find_dependency(OpenSSL 3.0 COMPONENTS Crypto)
