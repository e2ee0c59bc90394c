// What the processes of this host show of nginx: its masters, what each runs, and since when. Plain
// values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "running/generations.h"
#include "running/process_title.h"

namespace mtls::running {

/// When the configuration that now runs was read, nanoseconds since 1970. Its files were read after
/// `after_ns` and before `before_ns`.
struct LoadTime {
  // The master read no configuration at that moment, and this program saw it; nullopt: nobody saw.
  std::optional<std::int64_t> after_ns = {};
  std::int64_t before_ns = 0;  // the first worker of the generation was started then

  bool operator==(const LoadTime&) const = default;
};

/// An nginx binary by what it says of itself.
struct Build {
  std::string conf = {};  // the configuration that this master reads, absolute; "": not known
  std::string version = {};
  std::string openssl = {};
  std::string dialect = {};

  bool operator==(const Build&) const = default;
};

struct Master {
  NginxMaster process;
  std::int64_t started = 0;  // clock ticks since boot
  int parent = 0;            // of an upgrade of the binary (USR2): the master before
  bool is_replaced = false;  // another file is where its binary was
  std::vector<Worker> workers = {};
  Build build = {};
  std::optional<Generation> generation = {};  // nullopt: it has no workers
  std::optional<LoadTime> load = {};          // of that generation
  // In nginx's words, why it refused its last reload; "": it did not, or nobody knows.
  std::string refusal = {};

  std::size_t draining() const;
  bool operator==(const Master&) const = default;
};

struct ProcessView {
  bool is_visible = true;            // false: /proc does not show the processes of other users
  std::vector<Master> masters = {};  // of this file system, oldest first
  std::size_t elsewhere = 0;         // masters of containers: their files are others

  /// The newest of the masters that read this configuration; nullptr: none.
  const Master* master_of(const std::string& conf) const;
  /// How many masters read it. Two: an upgrade of the binary is under way, and both serve.
  std::size_t masters_of(const std::string& conf) const;
  bool operator==(const ProcessView&) const = default;
};

}  // namespace mtls::running
