// Bytes to words, exactly as ngx_conf_read_token() does (src/core/ngx_conf_file.c; R1.A). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/syntax/ast.h"

namespace mtls::config::syntax {

struct Token {
  enum class Kind { kWord, kSemicolon, kOpen, kClose, kEnd };

  Kind kind = Kind::kEnd;
  Argument word;  // of kWord
  base::SourceLocation
      at;  // of every kind; kEnd: where nginx's reading stands at the end of the file
};

class Lexer {
 public:
  /// `text` must outlive the lexer.
  Lexer(std::string_view text, base::FileId file);

  /// The next token, or nginx's complaint about the characters (kSyntax). After an error or kEnd,
  /// do not call again.
  base::Result<Token> next();

  /// After the kOpen of a `*_by_lua_block`: the Lua text between the balanced braces, as one kWord
  /// token, lexed as lua-nginx-module does (R1.23). Leaves the lexer behind the closing brace.
  base::Result<Token> lua_block();

  /// Bytes taken so far: behind the last token, and behind the white space that ended it if it was
  /// a bare word.
  std::uint32_t offset() const { return static_cast<std::uint32_t>(offset_); }

 private:
  bool is_too_long() const;
  char take();
  void start_word();
  base::SourceLocation here() const;
  tl::unexpected<base::Error> unexpected(char c) const;
  tl::unexpected<base::Error> too_long(char open_quote) const;
  base::Result<Token> punctuation(char c);
  base::Result<Token> end_of_file() const;
  base::Result<Token> word(char first);
  Token finish_word(std::size_t begin, std::size_t end);
  static ByteRange range(std::size_t begin, std::size_t end);

  std::string_view text_;
  base::FileId file_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t start_ = 0;          // of what nginx must keep in its buffer
  base::SourceLocation start_at_;  // of the same byte
  bool has_words_ = false;         // the directive has begun
  bool needs_separator_ = false;   // a closing quote was the last character
};

}  // namespace mtls::config::syntax
