// Groups of rules as the YAML that is shipped: with comments, in the order in which people read a rule. What else renders
// a mixin can use std.manifestYamlDoc, which says the same without them.
local indented(text, by) =
  std.join('\n', [if line == '' then '' else by + line for line in std.split(std.rstripChars(text, '\n'), '\n')]);
local comment(text, by) =
  if text == null then '' else std.join('', [by + std.rstripChars('# ' + line, ' ') + '\n' for line in std.split(std.rstripChars(text, '\n'), '\n')]);
local hidden(object, name) = if std.objectHasAll(object, name) then object[name] else null;

local plain(value) = std.length(value) > 0 && std.length([c for c in std.stringChars(value) if c < 'a' || c > 'z']) == 0;
local scalar(value) = if plain(value) then value else std.escapeStringJson(value);

local expression(text) =
  local lines = std.rstripChars(text, '\n');
  if std.length(std.findSubstr('\n', lines)) == 0 then '        expr: ' + lines + '\n'
  else '        expr: |\n' + indented(lines, '          ') + '\n';

// In the order of the rule's reader; jsonnet sorts fields by name.
local labels(of) =
  local first = [name for name in ['severity'] if name in of];
  local names = first + [name for name in std.objectFields(of) if !std.member(first, name)];
  '{' + std.join(', ', ['%s: %s' % [name, scalar(of[name])] for name in names]) + '}';
local annotations(of) =
  local known = ['summary', 'description', 'check', 'runbook_url'];
  local names = [name for name in known if name in of] + [name for name in std.objectFields(of) if !std.member(known, name)];
  std.join('', ['          %s: %s\n' % [name, std.escapeStringJson(of[name])] for name in names]);

local rule(of) =
  comment(hidden(of, 'comment'), '      ') +
  (if 'alert' in of then '      - alert: %s\n' % of.alert else '      - record: %s\n' % of.record) +
  expression(of.expr) +
  (if 'for' in of then '        for: %s\n' % of['for'] else '') +
  comment(hidden(of, 'labels_comment'), '        ') +
  (if 'labels' in of && of.labels != {} then '        labels: %s\n' % labels(of.labels) else '') +
  (if 'annotations' in of then '        annotations:\n' + annotations(of.annotations) else '');

local group(of) =
  comment(hidden(of, 'comment'), '  ') + '  - name: %s\n    rules:\n' % of.name + std.join('', [rule(one) for one in of.rules]);

// Without the last newline, which jsonnet -S writes.
function(head, groups) std.rstripChars(comment(head, '') + 'groups:\n' + std.join('\n', [group(of) for of in groups]), '\n')
