find_dependency(Poco COMPONENTS Foundation Net)
