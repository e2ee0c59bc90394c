// The condition of an `if` (R1.22, ngx_http_rewrite_if_condition) as it is written. What it comes
// to for one request is config/exposure/condition_outcome.h. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/syntax/ast.h"
#include "config/syntax/regex.h"

namespace mtls::config::grammar {

/// nginx's complaint about the words of an `if` that has some.
std::optional<std::string> condition_error(const syntax::Directive& directive);

class Condition {
 public:
  /// Of the directive `if`; one that nginx refuses reads as a test nothing is known of.
  explicit Condition(const syntax::Directive& directive);

  /// The same text is the same test.
  const std::string& text() const { return text_; }
  bool is_file_test() const { return kind_ == Kind::kFile; }
  /// Whether it holds of a known value; `operand` nullopt: not known. nullopt: it could go either
  /// way.
  std::optional<bool> compare(const std::string& value,
                              const std::optional<std::string>& operand) const;

  /// "" when it asks for a file.
  const std::string& variable() const { return variable_; }
  bool is_equality() const { return kind_ == Kind::kEqual || kind_ == Kind::kNotEqual; }
  bool is_negated() const { return kind_ == Kind::kNotEqual || kind_ == Kind::kDiffers; }
  /// What it compares with: a text, a pattern, a file name.
  const std::string& operand() const { return operand_; }
  bool is_pattern() const { return kind_ == Kind::kMatches || kind_ == Kind::kDiffers; }

 private:
  enum class Kind { kTrue, kEqual, kNotEqual, kMatches, kDiffers, kFile };

  void read(const std::vector<std::string>& words);
  Kind kind_ = Kind::kFile;
  std::string text_;
  std::string variable_;
  std::string operand_;
  std::optional<syntax::Regex> regex_;
};

}  // namespace mtls::config::grammar
