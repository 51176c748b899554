#include "reader.h"

#include "json_reader.h"
#include "yaml_reader.h"

bool pg_read_any(struct pg_build *build, struct pg_feed *feed, struct pg_fault *fault)
{
    uint32_t line = 1;

    if (pg_feed_is_json(feed)) {
        pg_feed_begin(feed, false);
        if (!pg_json_read(build, feed, &line, fault))
            return false;
        if (line == 0 || feed->stopped)
            return true;
    }
    pg_feed_begin(feed, true);
    return pg_yaml_read(build, feed, line, fault);
}
