// Numbers and words in lines that people paste: behind which words they stand, and what must
// follow. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace mtls::catalogue {

/// Words behind which a number stands. Letters match in any case.
struct NumberForm {
  std::string_view before;
  std::string_view after = {};  // what must follow the number; "": no letter or digit
  std::string_view also = {};   // what the line must contain too; "": nothing more
};

/// The decimal number that `text` is; nullopt: it is none.
std::optional<int> whole_number(std::string_view text);

/// All numbers in `line` that stand in the form.
std::vector<int> numbers_behind(std::string_view line, const NumberForm& form);

/// Each text that follows `words` in `line`. Letters match in any case.
std::vector<std::string_view> texts_behind(std::string_view line, std::string_view words);

/// `text` begins with `words`, and no letter or digit follows. Letters match in any case.
bool begins_with_words(std::string_view text, std::string_view words);

}  // namespace mtls::catalogue
