#include "pki/encoding/element_budget.h"

#include <openssl/err.h>

#include <vector>

#include "pki/encoding/der_element.h"

namespace mtls::pki::encoding {
namespace {

// OpenSSL follows 30 levels (ASN1_MAX_CONSTRUCTED_NEST) from each place where it starts anew.
constexpr std::size_t kMostDepth = 64;

}  // namespace

std::size_t count_elements(DerBytes der, std::size_t most) {
  std::size_t count = 0;
  std::vector<DerBytes> open{der};
  while (!open.empty() && count <= most) {
    if (open.back().empty()) {
      open.pop_back();
      continue;
    }
    const DerElement element = first_element(open.back());
    open.back() = element.rest;
    ++count;
    if (element.may_hold_others && open.size() < kMostDepth) open.push_back(element.content);
  }
  ERR_clear_error();
  return count;
}

bool ElementBudget::spend(DerBytes der) {
  const std::size_t count = count_elements(der, left_);
  if (count > left_) return false;
  left_ -= count;
  return true;
}

}  // namespace mtls::pki::encoding
