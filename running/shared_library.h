// Which shared library a process has, or its loader would take (ld.so(8)), and which OpenSSL is in
// one (R9.5). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::running {

struct MappedLibrary {
  std::string path;
  bool is_replaced = false;  // the file that was mapped is no longer there

  bool operator==(const MappedLibrary&) const = default;
};

/// From /proc/PID/maps: the first file whose name begins with `stem` and a dot, as in
/// `libcrypto.so.3` for `libcrypto.so`. nullopt: none.
std::optional<MappedLibrary> mapped_library(std::string_view maps, std::string_view stem);

/// What the dynamic section of a program asks the loader for.
struct LoaderNeeds {
  std::vector<std::string> libraries;  // DT_NEEDED
  // DT_RUNPATH, else DT_RPATH, with $ORIGIN as written.
  std::vector<std::string> directories;

  bool operator==(const LoaderNeeds&) const = default;
};
/// nullopt: no ELF file of this machine's kind with 64 bits.
std::optional<LoaderNeeds> loader_needs(std::string_view elf);

/// The path of `library` in /etc/ld.so.cache; nullopt: it is not there, or the form is another one.
std::optional<std::string> in_loader_cache(std::string_view cache, std::string_view library);

/// `3.5.9`, which every libcrypto has as text, `OpenSSL 3.5.9 29 Sep 2026`. nullopt: none.
std::optional<std::string> openssl_release_in(std::string_view library);

}  // namespace mtls::running
