#include "running/shared_library.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace mtls::running {
namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Bytes of a file, of which nothing is believed.
class Image {
 public:
  explicit Image(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  std::optional<T> at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  /// Up to its NUL; "" outside.
  std::string text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return "";
    const std::string_view rest = bytes_.substr(offset);
    const std::size_t end = rest.find('\0');
    return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
  }

 private:
  std::string_view bytes_;
};

bool is_for_this_machine(std::string_view elf) {
  constexpr unsigned char kOurs =
      std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  return elf.size() > EI_NIDENT && elf.starts_with(ELFMAG) && elf[EI_CLASS] == ELFCLASS64 &&
         static_cast<unsigned char>(elf[EI_DATA]) == kOurs;
}

std::vector<Elf64_Phdr> segments_of(const Image& image, const Elf64_Ehdr& header) {
  std::vector<Elf64_Phdr> segments;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = image.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) break;
    segments.push_back(*segment);
  }
  return segments;
}

std::vector<Elf64_Dyn> dynamic_of(const Image& image, const std::vector<Elf64_Phdr>& segments) {
  std::vector<Elf64_Dyn> entries;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_DYNAMIC) continue;
    for (std::uint64_t i = 0; i < segment.p_filesz / sizeof(Elf64_Dyn); ++i) {
      const auto entry = image.at<Elf64_Dyn>(segment.p_offset + i * sizeof(Elf64_Dyn));
      if (!entry || entry->d_tag == DT_NULL) break;
      entries.push_back(*entry);
    }
  }
  return entries;
}

std::uint64_t file_offset(const std::vector<Elf64_Phdr>& segments, std::uint64_t address) {
  for (const Elf64_Phdr& segment : segments) {
    const bool is_inside = segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                           address - segment.p_vaddr < segment.p_filesz;
    if (is_inside) return segment.p_offset + (address - segment.p_vaddr);
  }
  return ~std::uint64_t{0};
}

std::vector<std::string> split(const std::string& paths) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < paths.size();) {
    const std::size_t end = std::min(paths.find(':', begin), paths.size());
    if (end > begin) all.push_back(paths.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

}  // namespace

std::optional<MappedLibrary> mapped_library(std::string_view maps, std::string_view stem) {
  constexpr std::string_view kReplaced = " (deleted)";
  const std::string wanted = std::string(stem) + ".";
  while (!maps.empty()) {
    const std::size_t end = std::min(maps.find('\n'), maps.size());
    std::string_view line = maps.substr(0, end);
    maps.remove_prefix(std::min(end + 1, maps.size()));
    const std::size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    line.remove_prefix(slash);
    const bool is_replaced = line.ends_with(kReplaced);
    if (is_replaced) line.remove_suffix(kReplaced.size());
    if (name_of(line).starts_with(wanted))
      return MappedLibrary{.path = std::string(line), .is_replaced = is_replaced};
  }
  return std::nullopt;
}

std::optional<LoaderNeeds> loader_needs(std::string_view elf) {
  const Image image(elf);
  const auto header = image.at<Elf64_Ehdr>(0);
  if (!header || !is_for_this_machine(elf)) return std::nullopt;
  const std::vector<Elf64_Phdr> segments = segments_of(image, *header);
  const std::vector<Elf64_Dyn> entries = dynamic_of(image, segments);
  std::uint64_t texts = ~std::uint64_t{0};
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == DT_STRTAB) texts = file_offset(segments, entry.d_un.d_ptr);
  }
  if (texts >= elf.size()) return LoaderNeeds{};
  LoaderNeeds needs;
  std::string run_path;
  std::string old_path;
  for (const Elf64_Dyn& entry : entries) {
    const std::uint64_t at = texts + entry.d_un.d_val;
    if (entry.d_tag == DT_NEEDED) needs.libraries.push_back(image.text(at));
    if (entry.d_tag == DT_RUNPATH) run_path = image.text(at);
    if (entry.d_tag == DT_RPATH) old_path = image.text(at);
  }
  needs.directories = split(run_path.empty() ? old_path : run_path);
  return needs;
}

// struct cache_file_new of glibc's dl-cache.h, with which the file begins, or which follows the
// older table.
std::optional<std::string> in_loader_cache(std::string_view cache, std::string_view library) {
  constexpr std::string_view kMagic = "glibc-ld.so.cache1.1";
  constexpr std::uint64_t kHeaderBytes = 48;
  constexpr std::uint64_t kEntryBytes = 24;  // flags, key, value, osversion, hwcap
  const std::size_t begin = cache.find(kMagic);
  if (begin == std::string_view::npos) return std::nullopt;
  const Image image(cache.substr(begin));
  const auto count = image.at<std::uint32_t>(kMagic.size());
  for (std::uint64_t i = 0; count && i < *count; ++i) {
    const std::uint64_t entry = kHeaderBytes + i * kEntryBytes;
    const auto key = image.at<std::uint32_t>(entry + sizeof(std::uint32_t));
    const auto value = image.at<std::uint32_t>(entry + 2 * sizeof(std::uint32_t));
    if (!key || !value) break;
    if (image.text(*key) == library) return image.text(*value);
  }
  return std::nullopt;
}

std::optional<std::string> openssl_release_in(std::string_view library) {
  constexpr std::string_view kMarker{"\0OpenSSL ", 9};
  for (std::size_t at = library.find(kMarker); at != std::string_view::npos;
       at = library.find(kMarker, at + 1)) {
    const std::string_view text = library.substr(at + kMarker.size());
    std::size_t end = 0;
    std::size_t dots = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) {
      dots += text[end] == '.' ? 1 : 0;
      ++end;
    }
    if (dots == 2 && end < text.size() && is_digit(text[0]))
      return std::string(text.substr(0, end));
  }
  return std::nullopt;
}

}  // namespace mtls::running
