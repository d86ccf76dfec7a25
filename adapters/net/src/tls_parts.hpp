#pragma once
/// What Channel needs of a TlsContext, apart from its header so that users need no Poco.

#include <Poco/Net/Context.h>

#include "tls.hpp"

namespace coffeeauth::net {

struct TlsContext::Parts {
  Poco::Net::Context::Ptr context;
};

}  // namespace coffeeauth::net
