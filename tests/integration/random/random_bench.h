// Real nginx and audit::build() on the same text: what each says to a configuration. Knows how to
// ask both and how to compare the answers, not what a configuration means.
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

/// nginx's complaint is none of those that we are to foresee: docs/differential.md lists them.
bool is_out_of_remit(const std::string& nginx);
/// Equal as far as both can know: what OpenSSL adds behind `(SSL:` is not compared.
bool agree(const Complaints& complaints);
/// What kind of disagreement it is, for a search that must not slide from one into another.
std::string kind_of(const Complaints& complaints);

class RandomBench {
 public:
  RandomBench();

  const TempDir& directory() const { return directory_; }
  const RandomPorts& ports() const { return ports_; }
  const std::vector<RandomClient>& clients() const { return clients_; }
  const config::NginxBuild& build() const { return policy_.build; }

  /// Replaces the files of the configuration before.
  void write(const Files& files);
  Complaints complaints();
  std::shared_ptr<const audit::Snapshot> evaluate();
  /// What `nginx -T` prints of the files it read, by name.
  Files dumped_by_nginx() const;

 private:
  std::string nginx_says() const;

  TempDir directory_;
  RandomPorts ports_;
  std::vector<RandomClient> clients_;
  daemon::system::Disk disk_;
  audit::Policy policy_;
  Files files_;
};

}  // namespace mtls::testing
