// Two evaluations side by side: what is wrong now and was not, what is mended, and which known
// clients get another answer. Pure.
#pragma once

#include <string>
#include <vector>

#include "reports/issue.h"

namespace mtls::reports {

/// A client at a server block that both evaluations have, and that answers it differently.
struct ClientChange {
  std::string client;
  std::string server;  // id_text() of the server block
  audit::Verdict before;
  audit::Verdict now;
};

struct Comparison {
  std::vector<Issue> worse;   // what counts now and did not, or counted for less; the worst first
  std::vector<Issue> better;  // what counted and does not any more
  std::size_t same = 0;       // findings of now that were there before
  std::vector<ClientChange> worse_clients;   // see is_worse()
  std::vector<ClientChange> better_clients;  // all others
  std::vector<std::string>
      asks_no_more;  // ids: it asked for client certificates, and is still there
  std::vector<std::string> new_servers;
  std::vector<std::string> gone_servers;
  // Server blocks of both whose CA or CRL files one of the evaluations does not have: their clients
  // are not compared.
  std::vector<std::string> not_comparable;
};

/// Whether anything is worse that `bar` covers; clients and server blocks always are.
bool is_worse(const Comparison& comparison, audit::Severity bar);

/// Findings are the same when rule, server block, file and words are, whatever their lines. Paths
/// below the directory of the main file are compared from there.
Comparison compare(const Assessment& before, const Assessment& now);

/// Adds a client that both evaluations answer differently; the same answer adds nothing.
void add_client(Comparison& comparison, ClientChange change);

/// Whether an evaluation has the CA and CRL files of the block that decides about the clients of
/// this one.
bool has_its_files(const Assessment& assessment, std::size_t index);

/// A client that was let in is refused, or may be. One without a certificate, or one that is to be
/// rejected, is let in.
bool is_worse(const ClientChange& change);

/// `refused, FAILED:certificate has expired (10), 400`; `not known, REASON`.
std::string answer_text(const audit::Verdict& verdict);

}  // namespace mtls::reports
