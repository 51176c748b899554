/*
 * What the text and the JSON of a question share. Raw text: the caller sanitises.
 */
#ifndef POLGRID_REPORT_QUESTION_H
#define POLGRID_REPORT_QUESTION_H

#include "polgrid/report.h"

void pg_report_endpoint_print(struct pg_buf *out, const struct pg_eval *eval,
                              const struct pg_report_endpoint *endpoint);
/* "8080/TCP", "http/TCP", "every UDP port", "every port", "ICMP". */
void pg_report_port_print(struct pg_buf *out, const struct pg_report_question *question);
/* Whether a question is about more than one port. */
bool pg_report_asks_many(const struct pg_portsets *sets, pg_ports question);
void pg_report_sentence(struct pg_buf *out, const struct pg_eval *eval,
                        const struct pg_report_question *question);

#endif
