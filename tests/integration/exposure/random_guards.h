// Conditions on client properties and maps of them, by dice: what the random servers of http and
// stream have in common.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/random/random_dice.h"

namespace mtls::testing {

/// $ssl_client_* by name without `$`.
using Properties = std::map<std::string, std::string, std::less<>>;

/// In quotes, as nginx reads it back.
std::string quoted(const std::string& text);

class RandomGuards {
 public:
  /// `properties`: the variables to choose from. `clients`: what the clients with a certificate
  /// have.
  RandomGuards(Dice& dice, std::vector<std::string> properties, std::vector<Properties> clients)
      : dice_(dice), properties_(std::move(properties)), clients_(std::move(clients)) {}

  std::string property() { return dice_.one_of(properties_); }
  /// What some client has, or nobody.
  std::string value(const std::string& property);
  std::string pattern();
  /// `map $PROPERTY $NAME { … }` with one of `results` behind each key.
  std::string map(const std::string& name, const std::vector<std::string>& results);

 private:
  Dice& dice_;
  std::vector<std::string> properties_;
  std::vector<Properties> clients_;
};

}  // namespace mtls::testing
