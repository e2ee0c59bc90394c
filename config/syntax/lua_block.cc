// Lexer::lua_block(): understands as much Lua as it takes to find the brace that closes a
// *_by_lua_block (R1.23, lua-nginx-module).
#include "config/syntax/lexer.h"

namespace mtls::config::syntax {
namespace {

// The number of `=` in the long bracket (`[[`, `[==[`) at `at`; nullopt when none begins there.
std::optional<std::size_t> long_bracket_level(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '[') return std::nullopt;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] == '=') ++end;
  if (end >= text.size() || text[end] != '[') return std::nullopt;
  return end - at - 1;
}

std::size_t after(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t found = text.find(what, from);
  return found == std::string_view::npos ? found : found + what.size();
}

std::size_t after_long_bracket(std::string_view text, std::size_t at, std::size_t level) {
  return after(text, "]" + std::string(level, '=') + "]", at + level + 2);
}

std::size_t after_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[at]) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The position after the string, comment or long bracket at `at`. `at` itself when none begins
// there; npos when it never ends.
std::size_t after_literal(std::string_view text, std::size_t at) {
  if (text[at] == '"' || text[at] == '\'') return after_string(text, at);
  if (const auto level = long_bracket_level(text, at)) return after_long_bracket(text, at, *level);
  if (!text.substr(at).starts_with("--")) return at;
  if (const auto level = long_bracket_level(text, at + 2)) {
    return after_long_bracket(text, at + 2, *level);
  }
  return after(text, "\n", at);
}

// The index of the `}` that closes the block whose content starts at `from`.
std::size_t closing_brace(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  for (std::size_t i = from; i < text.size();) {
    const std::size_t behind = after_literal(text, i);
    if (behind != i) {
      i = behind;
      continue;
    }
    if (text[i] == '}' && depth == 0) return i;
    if (text[i] == '{') ++depth;
    if (text[i] == '}') --depth;
    ++i;
  }
  return std::string_view::npos;
}

}  // namespace

base::Result<Token> Lexer::lua_block() {
  start_word();
  const std::size_t close = closing_brace(text_, offset_);
  if (close == std::string_view::npos) {
    return base::fail(base::ErrorCode::kSyntax,
                      "unexpected end of file, expecting terminating characters for lua code block",
                      start_at_);
  }
  Token token{.kind = Token::Kind::kWord,
              .word = {.text = std::string(text_.substr(offset_, close - offset_)),
                       .at = start_at_,
                       .quoted = false,
                       .has_variable = false,
                       .range = range(offset_, close)},
              .at = start_at_};
  while (offset_ <= close) take();
  close_line_ = line_;
  start_word();
  return token;
}

}  // namespace mtls::config::syntax
