/*
 * The tables: options and commands.
 */
#include <string.h>

#include "command.h"

const struct pg_cli_option pg_cli_options[PG_NOPTIONS] = {
    [PG_OPT_FILENAME] = {'f', "filename", "PATH",
                         "read a file, a directory, or - for standard input; may be repeated"},
    [PG_OPT_RECURSIVE] = {'R', "recursive", NULL, "with -f: directories below directories, too"},
    [PG_OPT_DEMO] = {'\0', "demo", NULL, "use the built-in demo cluster"},
    [PG_OPT_NAMESPACE] = {'n', "namespace", "NAME",
                          "the namespace of objects and names that carry none"},
    [PG_OPT_ALL_NAMESPACES] =
        {'A', "all-namespaces", NULL,
         "every namespace, which is the default; wins over -n, as in kubectl"},
    [PG_OPT_OUTPUT] = {'o', "output", "FORMAT", "how to write the answer"},
    [PG_OPT_BY] = {'\0', "by", "LEVEL", "rows and columns: pod, workload or namespace"},
    [PG_OPT_PORT] = {'\0', "port", "PORT[/PROTO]", "look at this port only, e.g. 8080/TCP, 53/UDP"},
    [PG_OPT_FROM] = {'\0', "from", "WHO", "rows: NS, NS/NAME, NS/KIND/NAME, internet; * and ? match"},
    [PG_OPT_TO] = {'\0', "to", "WHO", "columns, likewise"},
    [PG_OPT_EXPAND] = {'\0', "expand", NULL, "with -o json: every pair of pods, too"},
    [PG_OPT_TOTALS] = {'\0', "totals", NULL, "only how many pairs of pods have which answer"},
    [PG_OPT_ASSUME] = {'\0', "assume", "KEY=VALUE",
                       "how the cluster decides what Kubernetes leaves open; may be repeated"},
    [PG_OPT_STRICT] = {'\0', "strict", NULL,
                       "input with errors is refused (2), anything not evaluated undecided (4)"},
    [PG_OPT_COLOR] = {'\0', "color", "WHEN", "auto, always or never; NO_COLOR is heeded"},
    [PG_OPT_NO_MOUSE] = {'\0', "no-mouse", NULL, "leave the mouse to the terminal"},
    [PG_OPT_LINE_DRAWING] = {'\0', "line-drawing", NULL,
                             "draw lines with box characters instead of ASCII"},
    [PG_OPT_KUBECONFIG] = {'\0', "kubeconfig", "FILE", "this kubeconfig file and no other"},
    [PG_OPT_CONTEXT] = {'\0', "context", "NAME", "the context of the kubeconfig to use"},
    [PG_OPT_CLUSTER] = {'\0', "cluster", "NAME", "the cluster of the kubeconfig to use"},
    [PG_OPT_USER] = {'\0', "user", "NAME", "the user of the kubeconfig to use"},
    [PG_OPT_SERVER] = {'s', "server", "URL", "the address of the API server"},
    [PG_OPT_TOKEN] = {'\0', "token", "TOKEN", "the bearer token; others on this machine can see it"},
    [PG_OPT_AS] = {'\0', "as", "USER", "the user to impersonate"},
    [PG_OPT_AS_GROUP] = {'\0', "as-group", "GROUP", "a group to impersonate; may be repeated"},
    [PG_OPT_AS_UID] = {'\0', "as-uid", "UID", "the UID to impersonate"},
    [PG_OPT_AS_USER_EXTRA] = {'\0', "as-user-extra", "KEY=VALUE",
                              "more of the user to impersonate; may be repeated"},
    [PG_OPT_TLS_SERVER_NAME] = {'\0', "tls-server-name", "NAME",
                                "the name in the server's certificate"},
    [PG_OPT_CERTIFICATE_AUTHORITY] = {'\0', "certificate-authority", "FILE",
                                      "the certificates that the server's must be signed by"},
    [PG_OPT_CLIENT_CERTIFICATE] = {'\0', "client-certificate", "FILE", "the user's certificate"},
    [PG_OPT_CLIENT_KEY] = {'\0', "client-key", "FILE", "the key of that certificate"},
    [PG_OPT_INSECURE_SKIP_TLS_VERIFY] = {'\0', "insecure-skip-tls-verify", NULL,
                                         "take any certificate of the server"},
    [PG_OPT_DISABLE_COMPRESSION] = {'\0', "disable-compression", NULL,
                                    "ask the server for answers without compression"},
    [PG_OPT_REQUEST_TIMEOUT] = {'\0', "request-timeout", "TIME",
                                "give up on a request after so long: 30, 1m30s; 0: never"},
    [PG_OPT_HELP] = {'h', "help", NULL, "print the help of a command"},
    [PG_OPT_VERSION] = {'\0', "version", NULL, "print the version"},
};

#define SOURCE                                                                              \
    (PG_OPT_BIT(PG_OPT_FILENAME) | PG_OPT_BIT(PG_OPT_RECURSIVE) | PG_OPT_BIT(PG_OPT_DEMO) | \
     PG_OPT_BIT(PG_OPT_NAMESPACE) | PG_OPT_BIT(PG_OPT_ALL_NAMESPACES) |                     \
     PG_OPT_BIT(PG_OPT_ASSUME) | PG_OPT_BIT(PG_OPT_COLOR) | PG_OPT_BIT(PG_OPT_HELP) | PG_OPT_KUBE)
#define ANSWER (SOURCE | PG_OPT_BIT(PG_OPT_OUTPUT) | PG_OPT_BIT(PG_OPT_STRICT))
#define LENS                                                                     \
    (PG_OPT_BIT(PG_OPT_BY) | PG_OPT_BIT(PG_OPT_PORT) | PG_OPT_BIT(PG_OPT_FROM) | \
     PG_OPT_BIT(PG_OPT_TO) | PG_OPT_BIT(PG_OPT_EXPAND) | PG_OPT_BIT(PG_OPT_TOTALS))
#define SCREEN (PG_OPT_BIT(PG_OPT_NO_MOUSE) | PG_OPT_BIT(PG_OPT_LINE_DRAWING))

const struct pg_cli_command pg_cli_commands[] = {
    {
        .name = "explore",
        .operands = "",
        .help = "walk the grid of who may reach whom, with the reason of every cell",
        .more = "The command that runs where none is named, if standard output is a terminal. "
                "Press ? in it for its keys.",
        .options = SOURCE | SCREEN,
        .run = pg_cli_run_explore,
    },
    {
        .name = "matrix",
        .operands = "",
        .help = "print who may reach whom",
        .more =
            "Formats: table (default), wide (a line a cell, with ports), csv, md, json.\n\n"
            "Without --by, workloads where there are few, else namespaces. JSON is by groups: sets "
            "of pods and of outside addresses that no policy treats differently.\n\n"
            "--totals sums the whole matrix up, over the pairs of pods, however large it is; in "
            "table "
            "and json.",
        .options = ANSWER | LENS,
        .run = pg_cli_run_matrix,
    },
    {
        .name = "why",
        .operands = "FROM TO[:[PORT][/PROTO]]",
        .help = "say whether one connection is allowed, and why",
        .more =
            "FROM and TO are NS/POD, NS/KIND/NAME (shop/deploy/web), NAME or KIND/NAME (api, "
            "deploy/web) of the namespace of -n or else of the context, an address or a CIDR, "
            "internet, or node/NAME; TO may be a service, NS/svc/NAME, whose backends are judged "
            "each at its own port. An IPv6 address before a port stands in "
            "brackets: [2001:db8::1]:443. PORT is a number or the name of a container port, PROTO "
            "is TCP (where it is left out), UDP, SCTP or ICMP. Without a port: every port.\n\n"
            "Formats: table (default), json.\n\n"
            "Exit status: 0 allowed, 1 denied, 4 undecided (unknown, or different for some of the "
            "ports or pods that were asked about, or nothing is known of an end since not all "
            "could "
            "be read).",
        .min_operands = 2,
        .max_operands = 2,
        .options = ANSWER,
        .run = pg_cli_run_why,
    },
    {
        .name = "policies",
        .operands = "[POD]",
        .help = "list the policies and what each selects, or those that select one pod",
        .more = "POD may be a workload, too (shop/deploy/web), if the same policies select all its "
                "pods. With -n: those of that namespace. PODS is ? where not all pods could be "
                "read.\n\n"
                "Formats: table (default), wide (with the rules in words), name, json.",
        .max_operands = 1,
        .options = ANSWER,
        .run = pg_cli_run_policies,
    },
    {
        .name = "entries",
        .operands = "",
        .help =
            "list what Ingress and Gateway routes open to the outside, and whether it is reached",
        .more =
            "Each backend of each Ingress, HTTPRoute, GRPCRoute, TLSRoute, TCPRoute and UDPRoute "
            "is "
            "an entry. Its way has two hops: from outside to the pods of the controller that its "
            "class or Gateway names, and from these pods to the backend. The pods are found by the "
            "labels that the usual controllers are installed with; where there is none, the entry "
            "is unknown.\n\n"
            "Formats: table (default), json.\n\n"
            "Exit status: 0 all are reachable, 1 some are not, 4 for some it is not known.",
        .options = ANSWER,
        .run = pg_cli_run_entries,
    },
    {
        .name = "snapshot",
        .operands = "",
        .help = "write the source, pruned to what matters, as one file that -f reads",
        .more = "-o FILE says where to: YAML, or JSON where the name ends in .json; - is standard "
                "output. The file holds no secrets, is readable by its owner alone, and appears "
                "whole or not at all. What could not be read of a live cluster is in it, so that "
                "it stays unknown.",
        .options = ANSWER,
        .run = pg_cli_run_snapshot,
    },
    {
        .name = "version",
        .operands = "",
        .help = "print the version",
        .options = PG_OPT_BIT(PG_OPT_OUTPUT) | PG_OPT_BIT(PG_OPT_HELP),
        .run = pg_cli_run_version,
    },
    {
        .name = "help",
        .operands = "[COMMAND]",
        .more = "`help rbac' prints the rights that polgrid needs in a cluster, for its "
                "administrator to apply.",
        .help = "print this help, or that of a command",
        .max_operands = 1,
        .options = PG_OPT_BIT(PG_OPT_HELP),
        .run = pg_cli_run_help,
    },
    {.name = NULL},
};

const struct pg_cli_command *pg_cli_find_command(const char *name)
{
    for (const struct pg_cli_command *command = pg_cli_commands; command->name; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}
