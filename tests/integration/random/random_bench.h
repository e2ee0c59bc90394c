// Real nginx and audit::build() on the same text: what each says about a configuration. Knows how
// to ask both and how to compare the answers, not what a configuration means.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/integration/random/random_generator.h"
#include "tests/integration/random/random_material.h"
#include "tests/integration/random/random_spelling.h"
#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// The first complaint as nginx prints it, with its ` in FILE:LINE`; "" when there is none.
struct Complaints {
  std::string nginx;
  std::string ours;
};

/// Whether nginx's complaint is one that we do not have to predict: docs/differential.md lists
/// them.
bool is_out_of_remit(const std::string& nginx);
/// Whether both are equal as far as both can know: what OpenSSL adds after `(SSL:` is not compared.
bool agree(const Complaints& complaints);
/// The kind of a disagreement, so that a search does not move from one kind to another.
std::string kind_of(const Complaints& complaints);

class RandomBench {
 public:
  RandomBench();

  const TempDir& directory() const { return directory_; }
  const RandomPorts& ports() const { return ports_; }
  const std::vector<RandomClient>& clients() const { return clients_; }
  const audit::Policy& policy() const { return policy_; }
  base::FileSystem& disk() { return disk_; }
  const config::NginxBuild& build() const { return policy_.build; }

  /// Replaces the files of the previous configuration.
  void write(const Files& files);
  Complaints complaints();
  std::shared_ptr<const audit::Snapshot> evaluate();
  /// The files that `nginx -T` prints, by name.
  Files dumped_by_nginx() const;

 private:
  std::string nginx_says() const;
  void keep();

  TempDir directory_;
  RandomPorts ports_;
  std::vector<RandomClient> clients_;
  daemon::system::Disk disk_;
  audit::Policy policy_;
  Files files_;
  std::size_t kept_ = 0;
};

}  // namespace mtls::testing
