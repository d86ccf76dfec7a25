#include "coffeeauth/feature.hpp"

#include <stdexcept>

namespace coffeeauth {

Kernel& AttachedKernel::operator*() const {
  if (kernel_ != nullptr) return *kernel_;
  throw std::logic_error("coffeeauth: the feature " + std::string{feature_.name()} +
                         " is used, but was not passed to Auth (standard::open() takes it in "
                         "Options::features)");
}

}  // namespace coffeeauth
