#include "config/syntax/lexer.h"

#include <algorithm>
#include <utility>

namespace mtls::config::syntax {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t kBufferBytes = 4096;  // NGX_CONF_BUFFER

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// R1.4: the rules are the same in quoted and unquoted words.
std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    switch (next) {
      case '"':
      case '\'':
      case '\\': out += next; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      default: out += raw[i]; continue;
    }
    ++i;
  }
  return out;
}

bool has_variable(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\') {
      ++i;
    } else if (raw[i] == '$') {
      return true;
    }
  }
  return false;
}

}  // namespace

Lexer::Lexer(std::string_view text, base::FileId file)
    : text_(text), file_(file), start_at_{.file = file, .line = 1, .column = 1} {}

base::SourceLocation Lexer::here() const {
  return {.file = file_,
          .line = line_,
          .column = static_cast<std::uint32_t>(offset_ - line_start_ + 1)};
}

char Lexer::take() {
  const char c = text_[offset_++];
  if (c == '\n') {
    ++line_;
    line_start_ = offset_;
  }
  return c;
}

void Lexer::start_word() {
  start_ = offset_;
  start_at_ = here();
}

// R1.5: one word or comment fills nginx's buffer, and the file has more of it.
bool Lexer::is_too_long() const { return offset_ - start_ == kBufferBytes; }

tl::unexpected<base::Error> Lexer::too_long(char open_quote) const {
  if (open_quote != '\0') {
    return base::fail(ErrorCode::kSyntax,
                      std::string("too long parameter, probably missing terminating \"") +
                          open_quote + "\" character",
                      start_at_);
  }
  return base::fail(
      ErrorCode::kSyntax,
      "too long parameter \"" + std::string(text_.substr(start_, 10)) + "...\" started", start_at_);
}

tl::unexpected<base::Error> Lexer::unexpected(char c) const {
  return base::fail(ErrorCode::kSyntax, std::string("unexpected \"") + c + "\"", here());
}

Result<Token> Lexer::end_of_file() const {
  if (has_words_) {
    return base::fail(ErrorCode::kSyntax, "unexpected end of file, expecting \";\" or \"}\"",
                      here());
  }
  return Token{.kind = Token::Kind::kEnd, .word = {}, .at = here()};
}

// Reads `;`, `{` or `}` where a word could have started. The character is not consumed yet.
Result<Token> Lexer::punctuation(char c) {
  const bool closes = c == '}';
  if (closes == has_words_) return unexpected(c);
  Token token{.kind = closes     ? Token::Kind::kClose
                      : c == ';' ? Token::Kind::kSemicolon
                                 : Token::Kind::kOpen,
              .word = {},
              .at = here()};
  (closes ? close_line_ : head_line_) = line_;
  take();
  start_word();
  has_words_ = false;
  return token;
}

Result<Token> Lexer::next() {
  bool in_comment = false;
  while (offset_ < text_.size()) {
    if (is_too_long()) return too_long('\0');
    const char c = text_[offset_];
    if (in_comment) {
      in_comment = c != '\n';
      if (in_comment) {
        take();
        continue;
      }
      end_comment();
    }
    if (needs_separator_) {
      if (is_space(c)) {  // nginx keeps the quoted word in its buffer until then
        take();
        needs_separator_ = false;
        continue;
      }
      if (c != ';' && c != '{' && c != ')') return unexpected(c);
      needs_separator_ = false;
    }
    start_word();
    if (is_space(c)) {
      take();
    } else if (c == '#') {
      in_comment = true;
      take();
    } else if (c == ';' || c == '{' || c == '}') {
      return punctuation(c);
    } else {
      return word(take());
    }
  }
  if (in_comment) end_comment();
  return end_of_file();
}

// ngx_conf_read_token() after the first character of a word; `start_` is that character.
Result<Token> Lexer::word(char first) {
  if (!std::exchange(has_words_, true)) directive_line_ = start_at_.line;
  const char quote = first == '"' || first == '\'' ? first : '\0';
  if (quote != '\0') start_ = offset_;
  bool is_escaped = first == '\\';
  bool after_dollar = first == '$';
  while (offset_ < text_.size()) {
    if (is_too_long()) return too_long(quote);
    const char c = text_[offset_];
    if (std::exchange(is_escaped, false) || (c == '{' && after_dollar)) {
      take();
      continue;
    }
    after_dollar = c == '$';
    is_escaped = c == '\\';
    const bool ends = quote != '\0' ? c == quote : is_space(c) || c == ';' || c == '{';
    if (!ends) {
      take();
      continue;
    }
    const std::size_t end = offset_;
    head_line_ = line_;
    if (quote != '\0' || is_space(c)) take();  // `;` and `{` become the next token
    needs_separator_ = quote != '\0';
    return finish_word(start_, end);
  }
  return end_of_file();
}

// `begin` and `end`: of what stands between the quotes, if there are any.
Token Lexer::finish_word(std::size_t begin, std::size_t end) {
  const std::string_view raw = text_.substr(begin, end - begin);
  const std::size_t quote = needs_separator_ ? 1 : 0;
  return {.kind = Token::Kind::kWord,
          .word = {.text = unescape(raw),
                   .at = start_at_,
                   .quoted = needs_separator_,
                   .has_variable = has_variable(raw),
                   .range = range(begin - quote, end + quote)},
          .at = start_at_};
}

// The comment that begins at `start_` has ended.
void Lexer::end_comment() {
  constexpr std::string_view kAddress = "mtls-exporter:";
  constexpr std::string_view kBlank = " \t\r";
  const auto trimmed = [&](std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    return text.substr(0, text.find_last_not_of(kBlank) + 1);
  };
  const std::string_view text = trimmed(text_.substr(start_ + 1, offset_ - start_ - 1));
  if (!text.starts_with(kAddress)) return;
  const std::uint32_t line = start_at_.line;
  const std::uint32_t below = line == close_line_ ? 0 : line + 1;
  notes_.push_back({.text = std::string(trimmed(text.substr(kAddress.size()))),
                    .at = start_at_,
                    .line = line == head_line_ ? directive_line_ : below});
}

// Of several notes on lines of their own all speak of the directive below the last one.
std::vector<Note> Lexer::take_notes() {
  const auto is_alone = [](const Note& note) { return note.line > note.at.line; };
  for (std::size_t i = notes_.size(); i-- > 1;) {
    Note& above = notes_[i - 1];
    if (is_alone(above) && is_alone(notes_[i]) && above.line == notes_[i].at.line)
      above.line = notes_[i].line;
  }
  return std::move(notes_);
}

ByteRange Lexer::range(std::size_t begin, std::size_t end) {
  return {.offset = static_cast<std::uint32_t>(begin),
          .length = static_cast<std::uint32_t>(end - begin)};
}

}  // namespace mtls::config::syntax
