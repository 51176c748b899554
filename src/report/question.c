/*
 * What the text and the JSON of a question share.
 */
#include "question.h"

#include <string.h>

#include "parts.h"

struct pg_report_question pg_report_question(const struct pg_portsets *sets,
                                             const struct pg_why *why,
                                             struct pg_report_answer *answer)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, why->question, &n);
    struct pg_report_question question = {
        .from = {.end = why->from, .workload = PG_NONE, .service = PG_NONE, .nends = 1},
        .to = {.end = why->to, .workload = PG_NONE, .service = why->service, .nends = 1},
        .answers = answer,
        .nanswers = 1,
    };
    *answer = (struct pg_report_answer){why, 1};
    if (why->service != PG_NONE) {
        question.protocol = pg_protocol_name(PG_KEY_PROTOCOL(ranges[0].lo));
        question.port = why->service_port;
        return question;
    }
    if (n != 1)
        return question;
    question.protocol = pg_protocol_name(PG_KEY_PROTOCOL(ranges[0].lo));
    if (PG_KEY_PROTOCOL(ranges[0].lo) == PG_OTHER)
        question.protocol = PG_KEY_PORT(ranges[0].lo) == 58 ? "ICMPv6" : "ICMP";
    else if (ranges[0].lo == ranges[0].hi)
        question.port = PG_KEY_PORT(ranges[0].lo);
    return question;
}

enum pg_verdict pg_report_verdict(const struct pg_report_question *question)
{
    enum pg_verdict verdict = question->answers[0].why->verdict;
    for (uint32_t i = 1; i < question->nanswers; i++) {
        if (question->answers[i].why->verdict != verdict)
            return PG_VERDICT_MIXED;
    }
    return verdict;
}

void pg_report_endpoint_print(struct pg_buf *out, const struct pg_eval *eval,
                              const struct pg_report_endpoint *endpoint)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    if (endpoint->asked) {
        pg_buf_puts(out, endpoint->asked);
    } else if (endpoint->service != PG_NONE) {
        const struct pg_service *service = &cluster->services[endpoint->service];
        pg_buf_printf(out, "%s/svc/%s",
                      pg_cluster_text(cluster, cluster->namespaces[service->ns].name),
                      pg_cluster_text(cluster, service->name));
    } else {
        pg_end_print(out, eval, &endpoint->end);
    }
}

void pg_report_port_print(struct pg_buf *out, const struct pg_report_question *question)
{
    const char *protocol = question->protocol;
    if (!protocol)
        pg_buf_puts(out, "every port");
    else if (question->port_name)
        pg_buf_printf(out, "%s/%s", question->port_name, protocol);
    else if (question->port)
        pg_buf_printf(out, "%u/%s", (unsigned)question->port, protocol);
    else if (strncmp(protocol, "ICMP", 4) == 0)
        pg_buf_puts(out, protocol);
    else
        pg_buf_printf(out, "every %s port", protocol);
}

bool pg_report_asks_many(const struct pg_portsets *sets, pg_ports question)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, question, &n);
    return n != 1 || ranges[0].lo != ranges[0].hi;
}

static uint64_t count_pairs(const struct pg_report_question *question, int verdict)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < question->nanswers; i++) {
        if (verdict < 0 || (int)question->answers[i].why->verdict == verdict)
            n += question->answers[i].pairs;
    }
    return n;
}

/* One answer speaks for itself; of several, how many pairs get which. */
void pg_report_sentence(struct pg_buf *out, const struct pg_eval *eval,
                        const struct pg_report_question *question)
{
    if (question->nanswers == 1 && !question->from.asked && !question->to.asked) {
        pg_buf_puts(out, question->answers[0].why->sentence);
        return;
    }
    uint64_t pairs = count_pairs(question, -1);
    pg_report_endpoint_print(out, eval, &question->from);
    pg_buf_puts(out, " to ");
    pg_report_endpoint_print(out, eval, &question->to);
    pg_buf_puts(out, " on ");
    pg_report_port_print(out, question);
    if (pairs == 1 || question->nanswers == 1) {
        pg_buf_printf(out, ": %s", pg_verdict_name(question->answers[0].why->verdict));
        if (pairs > 1)
            pg_buf_printf(out, " for all %llu pairs", (unsigned long long)pairs);
        pg_buf_printf(out, ". %s", question->answers[0].why->sentence);
        return;
    }
    pg_buf_printf(out, ": of %llu pairs", (unsigned long long)pairs);
    const char *before = " ";
    for (int verdict = PG_VERDICT_ALLOWED; verdict <= PG_VERDICT_NO_ROUTE; verdict++) {
        uint64_t n = count_pairs(question, verdict);
        if (n == 0)
            continue;
        pg_buf_printf(out, "%s%llu %s", before, (unsigned long long)n,
                      pg_verdict_name((enum pg_verdict)verdict));
        before = ", ";
    }
    pg_buf_putc(out, '.');
}
