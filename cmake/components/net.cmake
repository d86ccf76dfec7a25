find_dependency(OpenSSL)
find_dependency(Poco COMPONENTS Foundation Net NetSSL)
