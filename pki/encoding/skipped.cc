#include "pki/encoding/skipped.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace mtls::pki::encoding {
namespace {

constexpr std::string_view kBegin = "BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kBlank = " \t\r\f\v";
constexpr std::array<std::string_view, 4> kLabels{"TRUSTED CERTIFICATE", "X509 CERTIFICATE",
                                                  "CERTIFICATE", "X509 CRL"};
// Unseen in most editors: byte order mark, no-break space, zero width space.
constexpr std::array<std::string_view, 3> kInvisible{"\xEF\xBB\xBF", "\xC2\xA0", "\xE2\x80\x8B"};
// U+2010 to U+2015, minus, full-width and soft hyphen; en and em dash of Windows-1252.
constexpr std::array<std::string_view, 13> kDashLike{"-",
                                                     "\xE2\x80\x90",
                                                     "\xE2\x80\x91",
                                                     "\xE2\x80\x92",
                                                     "\xE2\x80\x93",
                                                     "\xE2\x80\x94",
                                                     "\xE2\x80\x95",
                                                     "\xE2\x88\x92",
                                                     "\xEF\xBC\x8D",
                                                     "\xC2\xAD",
                                                     "\x96",
                                                     "\x97",
                                                     "_"};

bool is_blank(char c) { return kBlank.find(c) != std::string_view::npos; }

bool drop_one(std::string_view& text, std::span<const std::string_view> tokens) {
  for (const std::string_view token : tokens) {
    if (!text.starts_with(token)) continue;
    text.remove_prefix(token.size());
    return true;
  }
  return false;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (is_blank(text.front()) || drop_one(text, kInvisible))) {
    if (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Without dashes of any kind, and blanks among them.
std::string_view without_dashes(std::string_view text) {
  while (!text.empty()) {
    if (is_blank(text.front())) {
      text.remove_prefix(1);
    } else if (!drop_one(text, kDashLike) && !drop_one(text, kInvisible)) {
      break;
    }
  }
  return text;
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

bool is_base64_line(std::string_view line) {
  return !line.empty() && std::all_of(line.begin(), line.end(), is_base64);
}

bool is_comment(std::string_view line) {
  constexpr std::string_view kSigns = "#;/<*%";
  return !line.empty() && kSigns.find(line.front()) != std::string_view::npos;
}

/// A line with BEGIN and the label of a certificate or CRL.
struct Marker {
  std::string_view before;
  std::string_view behind;  // the label
};

std::optional<Marker> marker_in(std::string_view line) {
  const std::size_t at = line.find(kBegin);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + kBegin.size());
  for (const std::string_view label : kLabels) {
    if (!rest.starts_with(label)) continue;
    const std::string_view behind = rest.substr(label.size());
    const bool goes_on = !behind.empty() && (behind.front() == ' ' || is_base64(behind.front()));
    if (goes_on && !without_dashes(behind).empty()) return std::nullopt;
    return Marker{.before = line.substr(0, at), .behind = behind};
  }
  return std::nullopt;
}

// Why OpenSSL takes the line for text; nullopt: it is text, or a BEGIN line as it should be.
std::optional<SkipCause> cause_of(const Marker& marker) {
  const std::string_view before = without_blanks(marker.before);
  const std::string_view behind = without_dashes(marker.behind);
  if (behind.starts_with("\\n") || behind.starts_with("\\r")) return SkipCause::kEscaped;
  const bool is_alone = without_dashes(before).empty() && behind.empty();
  if (is_alone) {
    const bool is_exact = before == kDashes && without_blanks(marker.behind) == kDashes;
    if (!is_exact) return SkipCause::kWrongDashes;
    return marker.before == kDashes ? std::nullopt : std::optional(SkipCause::kIndented);
  }
  const bool ends = behind.find_first_not_of(" \t\r\"'`,>") == std::string_view::npos;
  return before.ends_with(kDashes) && ends ? std::optional(SkipCause::kBehindText) : std::nullopt;
}

// Where a SEQUENCE of 128 bytes and more may begin: no text has such bytes.
std::size_t next_sequence(std::string_view line, std::size_t from) {
  constexpr char kSequence = '\x30';
  for (std::size_t at = line.find(kSequence, from); at != std::string_view::npos;
       at = line.find(kSequence, at + 1)) {
    const bool is_long = at + 1 < line.size() && line[at + 1] >= '\x81' && line[at + 1] <= '\x84';
    if (is_long) return at;
  }
  return std::string_view::npos;
}

class Finder {
 public:
  Finder(std::string_view text, const PemText& pem) : text_(text), pem_(pem) {}

  std::vector<SkippedBlock> find() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      next_ = std::min(end + 1, text_.size());
      const auto resumed = is_inside_block() ? std::nullopt : look(text_.substr(at_, end - at_));
      is_rest_ = resumed.has_value();
      const std::size_t to = resumed.value_or(next_);
      const std::string_view passed = text_.substr(at_, to - at_);
      number_ += static_cast<std::uint32_t>(std::count(passed.begin(), passed.end(), '\n'));
      at_ = to;
    }
    if (!text_.ends_with('\n')) ++number_;
    end_run();
    return std::move(found_);
  }

 private:
  bool is_inside_block() {
    const auto& blocks = pem_.blocks;
    while (block_ < blocks.size() && blocks[block_].last_line < number_) ++block_;
    const bool is_inside = block_ < blocks.size() && blocks[block_].line <= number_;
    if (is_inside) {
      end_run();
      // What follows a block that OpenSSL gave up on is the rest of it.
      in_body_ = !blocks[block_].error.empty();
    }
    return is_inside;
  }

  bool is_behind_end() const { return pem_.ended_at != 0 && number_ >= pem_.ended_at; }

  // Where to go on inside the line; nullopt: behind it.
  std::optional<std::size_t> look(std::string_view line) {
    if (const auto behind = look_for_der(line)) return behind;
    const std::string_view words = without_blanks(line);
    if (in_body_ && (words.empty() || is_base64_line(words))) return std::nullopt;
    in_body_ = false;
    if (const auto marker = is_comment(words) ? std::nullopt : marker_in(line)) {
      end_run();
      take(*marker);
    } else if (words.find(kBegin) != std::string_view::npos) {  // of a key, say
      end_run();
      in_body_ = true;
    } else {
      look_for_base64(words);
    }
    return std::nullopt;
  }

  void take(const Marker& marker) {
    std::optional<SkipCause> cause = cause_of(marker);
    if (!cause && is_behind_end()) cause = SkipCause::kBehindNul;
    if (!cause && is_rest_) cause = SkipCause::kBehindText;
    if (!cause || (*cause != SkipCause::kEscaped && !base64_follows())) return;
    found_.push_back({.line = number_, .cause = *cause});
    in_body_ = true;
  }

  // Text that explains what a BEGIN line is has none.
  bool base64_follows() const {
    constexpr std::size_t kFew = 16;
    if (next_ >= text_.size()) return false;
    const std::string_view rest = text_.substr(next_);
    const std::string_view line = without_blanks(rest.substr(0, rest.find('\n')));
    return line.size() >= kFew && is_base64_line(line);
  }

  // The base64 of a SEQUENCE of 256 bytes and more begins with `MI`.
  void look_for_base64(std::string_view words) {
    constexpr std::size_t kFullLine = 60;
    if (!is_base64_line(words)) {
      end_run(words.find("END CERTIFICATE") != std::string_view::npos);
    } else if (run_ == 0 && words.starts_with("MI") && words.size() >= kFullLine) {
      run_ = number_;
    }
  }

  void end_run(bool has_end = false) {
    constexpr std::uint32_t kFewLines = 2;
    if (run_ != 0 && number_ - run_ > kFewLines) {
      found_.push_back({.line = run_,
                        .cause = SkipCause::kNoBegin,
                        .last_line = number_ - 1,
                        .has_end = has_end});
    }
    run_ = 0;
  }

  // Where the DER in the line ends.
  std::optional<std::size_t> look_for_der(std::string_view line) {
    constexpr std::size_t kMost = 100;  // each costs a look at the rest of its line
    if (ders_ == kMost) return std::nullopt;
    for (std::size_t at = next_sequence(line, 0); at != std::string_view::npos;
         at = next_sequence(line, at + 1)) {
      const std::size_t offset = at_ + at;
      const std::string_view rest = text_.substr(offset);
      const DerPiece piece =
          shape_of({reinterpret_cast<const unsigned char*>(rest.data()), rest.size()});
      const bool is_wanted = piece.shape == DerShape::kCertificate || piece.shape == DerShape::kCrl;
      if (!is_wanted || piece.size == 0) continue;
      ++ders_;
      end_run();
      found_.push_back({.line = number_,
                        .cause = SkipCause::kDer,
                        .offset = offset,
                        .size = piece.size,
                        .shape = piece.shape});
      return offset + piece.size;
    }
    return std::nullopt;
  }

  std::string_view text_;
  const PemText& pem_;
  std::vector<SkippedBlock> found_;
  std::size_t at_ = 0;        // of the line, or of its rest
  std::size_t next_ = 0;      // of the next line
  std::uint32_t number_ = 1;  // of the line
  bool is_rest_ = false;      // other bytes stand before `at_` on the line
  bool in_body_ = false;      // behind a BEGIN line that was found
  std::size_t block_ = 0;     // the first block that does not end before the line
  std::uint32_t run_ = 0;     // the first line of base64 without a BEGIN line; 0: none
  std::size_t ders_ = 0;
};

}  // namespace

std::vector<SkippedBlock> find_skipped(std::string_view text, const PemText& pem) {
  return Finder(text, pem).find();
}

}  // namespace mtls::pki::encoding
