// Which of several names a misspelled one was probably meant to be. Knows no names itself. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mtls::base {

/// The names offered last as long as this. Names of more than 64 bytes are close to nothing.
class NearestName {
 public:
  explicit NearestName(std::string_view text) : text_(text) {}

  void offer(std::string_view name);

  /// The first of the offered names with the fewest edits: a character more, less or another, or
  /// two neighbours exchanged. Names of less than 5 characters allow none, of less than 10 one,
  /// longer ones two. nullopt: none is that close.
  std::optional<std::string_view> found() const { return best_; }

 private:
  std::string_view text_;
  std::optional<std::string_view> best_;
  std::size_t fewest_ = 0;  // edits to `best_`
};

}  // namespace mtls::base
