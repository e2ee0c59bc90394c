// The condition of an `if` as it is written (R1.22, ngx_http_rewrite_if_condition()).
// config/exposure/condition_outcome.h decides it for one request. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/syntax/ast.h"
#include "config/syntax/regex.h"

namespace mtls::config::grammar {

/// nginx's complaint about the condition, if any. REQUIRES: the `if` has arguments.
std::optional<std::string> condition_error(const syntax::Directive& directive);

class Condition {
 public:
  /// The condition of an `if`. One that nginx refuses counts as a test whose outcome is never
  /// known.
  explicit Condition(const syntax::Directive& directive);

  /// The condition without its parentheses. Equal texts are the same test.
  const std::string& text() const { return text_; }
  bool is_file_test() const { return kind_ == Kind::kFile; }
  /// Whether the condition holds for a known value of its variable. `operand`: the text after `=`
  /// or `!=`, nullopt when it is not known. Returns nullopt when the outcome is not known.
  std::optional<bool> compare(const std::string& value,
                              const std::optional<std::string>& operand) const;

  /// The name without `$`; "" for a test of a file.
  const std::string& variable() const { return variable_; }
  bool is_equality() const { return kind_ == Kind::kEqual || kind_ == Kind::kNotEqual; }
  bool is_negated() const { return kind_ == Kind::kNotEqual || kind_ == Kind::kDiffers; }
  /// The right side: a text, a pattern or a file name.
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
