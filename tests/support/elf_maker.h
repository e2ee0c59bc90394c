// A minimal ELF file of this machine's kind: a dynamic section and its texts, and nothing to run.
#pragma once

#include <elf.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace mtls::testing {

struct ElfSpec {
  std::vector<std::string> needed;
  std::string run_path = {};      // DT_RUNPATH, "": none
  std::string old_run_path = {};  // DT_RPATH, "": none
};

inline std::string make_elf(const ElfSpec& spec) {
  constexpr std::uint64_t kAddress = 0x400000;  // where offset 0 is loaded
  std::string texts(1, '\0');
  std::vector<Elf64_Dyn> entries;
  const auto add = [&](Elf64_Sxword tag, std::uint64_t value) {
    Elf64_Dyn entry{};
    entry.d_tag = tag;
    entry.d_un.d_val = value;
    entries.push_back(entry);
  };
  const auto add_text = [&](Elf64_Sxword tag, const std::string& text) {
    add(tag, texts.size());
    texts += text + '\0';
  };
  for (const std::string& library : spec.needed) add_text(DT_NEEDED, library);
  if (!spec.run_path.empty()) add_text(DT_RUNPATH, spec.run_path);
  if (!spec.old_run_path.empty()) add_text(DT_RPATH, spec.old_run_path);
  const std::uint64_t dynamic_at = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
  const std::uint64_t dynamic_size = (entries.size() + 2) * sizeof(Elf64_Dyn);
  add(DT_STRTAB, kAddress + dynamic_at + dynamic_size);
  add(DT_NULL, 0);

  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  header.e_phoff = sizeof(Elf64_Ehdr);
  header.e_phnum = 2;
  Elf64_Phdr load{};
  load.p_type = PT_LOAD;
  load.p_vaddr = kAddress;
  load.p_filesz = dynamic_at + dynamic_size + texts.size();
  Elf64_Phdr dynamic{};
  dynamic.p_type = PT_DYNAMIC;
  dynamic.p_offset = dynamic_at;
  dynamic.p_filesz = dynamic_size;

  std::string file;
  const auto append = [&](const auto& object) {
    file.append(reinterpret_cast<const char*>(&object), sizeof object);
  };
  append(header);
  append(load);
  append(dynamic);
  for (const Elf64_Dyn& entry : entries) append(entry);
  return file + texts;
}

/// /etc/ld.so.cache with pairs of a library's name and its path.
inline std::string make_loader_cache(
    const std::vector<std::pair<std::string, std::string>>& libraries) {
  constexpr std::uint32_t kHeader = 48;
  constexpr std::uint32_t kEntry = 24;
  std::string head = "glibc-ld.so.cache1.1";
  const auto number = [](std::string& to, std::uint32_t value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  number(head, static_cast<std::uint32_t>(libraries.size()));
  head.resize(kHeader, '\0');
  const auto texts_at = static_cast<std::uint32_t>(kHeader + libraries.size() * kEntry);
  std::string texts;
  for (const auto& [name, path] : libraries) {
    std::string entry;
    number(entry, 3);  // ELF, libc 6
    number(entry, texts_at + static_cast<std::uint32_t>(texts.size()));
    texts += name + '\0';
    number(entry, texts_at + static_cast<std::uint32_t>(texts.size()));
    texts += path + '\0';
    entry.resize(kEntry, '\0');
    head += entry;
  }
  return head + texts;
}

}  // namespace mtls::testing
