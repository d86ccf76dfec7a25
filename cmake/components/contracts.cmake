find_dependency(doctest)
