/* The figures over HTTP, made when they are asked for, by the desk's thread. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/export.h"
#include "app/scopes.h"
#include "app/sites.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/http_server.h"
#include "store/figures_prometheus.h"

#define DEFAULT_LISTEN "127.0.0.1:9570"
#define SCOPES_MOST 6000
#define WAITING_MOST 16 /* scrapes at once */
#define OPENMETRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct scrape {
	struct http_call *call;
	bool openmetrics;
};

struct scraped {
	struct export *export;
	pthread_mutex_t lock;
	struct scrape waiting[WAITING_MOST];
	int count;
	int wake;  /* an eventfd: somebody waits */
	int either; /* an epoll of that and of the end */
	struct http_server *server;
};

/* ---- what is told ---- */

/* A name nobody has brought yet gives no samples: it may come. */
static int asked_scopes(const struct export *export, const struct engine *engine, struct scope *scopes)
{
	int count = 0;
	struct error err;
	for (int i = 0; count < SCOPES_MOST && arguments_nth(export->arguments, "--scope", i); i++)
		if (scopes_nth(export->arguments, engine, i, &scopes[count], &err))
			count++;
	return count;
}

static void choose(const struct export *export, const struct engine *engine, struct figures_request *request, struct scope *scopes, int *sites)
{
	struct error err;
	if (desk_sites(export->desk)) {
		request->scope_count = scopes_of_sites(export->arguments, export->desk, scopes, sites, SCOPES_MOST, &err);
		request->sites = sites;
		request->joined = &sites_merge(desk_sites(export->desk))->joined;
	} else if (arguments_nth(export->arguments, "--scope", 0)) {
		request->scope_count = asked_scopes(export, engine, scopes);
	} else {
		request->scope_count = scopes_default(engine, scopes, SCOPES_MOST);
	}
	if (request->scope_count < 0)
		request->scope_count = 0;
}

/* Windows of now, a quarter of an hour and the day say most; more are asked for with --window. */
static void write_figures(const struct export *export, FILE *to, bool openmetrics)
{
	static const enum window usual[] = {WINDOW_15M, WINDOW_TODAY};
	const struct setup *setup = export->setup;
	const bool chosen = arguments_nth(export->arguments, "--window", 0) != NULL;
	struct scope *scopes = memory_new(SCOPES_MOST, sizeof *scopes);
	int *sites = memory_new(SCOPES_MOST, sizeof *sites);
	const struct engine *engine = desk_engine(export->desk);
	struct snapshot *snapshot = desk_snapshot(export->desk, setup->zone, &setup->request);
	struct figures_request request = {.scopes = scopes, .windows = chosen ? setup->windows : usual, .window_count = chosen ? setup->window_count : 2,
		.by = setup->request.by, .formula = setup->request.formula};
	choose(export, engine, &request, scopes, sites);
	figures_prometheus(to, engine, snapshot, &request, TABLO_VERSION, openmetrics);
	snapshot_destroy(snapshot);
	free(sites);
	free(scopes);
}

/* ---- over HTTP ---- */

static bool say(struct http_answer *answer, int status, const char *text)
{
	*answer = (struct http_answer){.status = status, .type = "text/plain; charset=utf-8", .body = view_of(text), .allow = status == 405 ? "GET, HEAD" : NULL,
		.retry_after = status == 503};
	return true;
}

static bool wants_openmetrics(const struct http_request *request)
{
	const char *accept = http_header(request, "Accept");
	return accept && strstr(accept, "application/openmetrics-text");
}

/* In the server's thread. */
static bool take_scrape(void *context, const struct http_request *request, struct http_answer *answer)
{
	struct scraped *scraped = context;
	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
		return say(answer, 405, "GET /metrics is all there is here\n");
	if (strcmp(request->path, "/") == 0)
		return say(answer, 200, "tablo: the figures are at /metrics\n");
	if (strcmp(request->path, "/metrics") != 0)
		return say(answer, 404, "no such page; the figures are at /metrics\n");
	pthread_mutex_lock(&scraped->lock);
	const bool room = scraped->count < WAITING_MOST;
	if (room)
		scraped->waiting[scraped->count++] = (struct scrape){request->call, wants_openmetrics(request)};
	pthread_mutex_unlock(&scraped->lock);
	if (!room)
		return say(answer, 503, "too many ask at once\n");
	eventfd_write(scraped->wake, 1);
	return false;
}

static void answer_all(struct scraped *scraped)
{
	struct scrape waiting[WAITING_MOST];
	char *texts[2] = {NULL, NULL};
	size_t sizes[2] = {0, 0};
	eventfd_t ignored;
	eventfd_read(scraped->wake, &ignored);
	pthread_mutex_lock(&scraped->lock);
	const int count = scraped->count;
	memcpy(waiting, scraped->waiting, sizeof waiting);
	scraped->count = 0;
	pthread_mutex_unlock(&scraped->lock);
	for (int i = 0; i < count; i++) {
		const int form = waiting[i].openmetrics;
		FILE *to = texts[form] ? NULL : open_memstream(&texts[form], &sizes[form]);
		if (to) {
			write_figures(scraped->export, to, form);
			fclose(to);
		}
		const struct http_answer answer = {.status = 200, .type = form ? OPENMETRICS_TYPE : TEXT_TYPE, .body = {texts[form], sizes[form]}};
		http_answer_call(waiting[i].call, &answer);
	}
	free(texts[0]);
	free(texts[1]);
}

static void wait_on(int epoll, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
	epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static bool serve(struct export *export, struct error *err)
{
	const struct arguments *arguments = export->arguments;
	const char *listen = arguments_value(arguments, "--listen");
	struct scraped scraped = {.export = export, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.either = epoll_create1(EPOLL_CLOEXEC)};
	const struct http_options options = {.listen = listen ? listen : DEFAULT_LISTEN, .behind_proxy = arguments_flag(arguments, "--behind-proxy"),
		.certificate = arguments_value(arguments, "--tls-certificate"), .key = arguments_value(arguments, "--tls-key"), .body_most = 4096,
		.connections_most = 100, .handle = take_scrape, .context = &scraped};
	scraped.server = http_server_open(&options, err);
	if (scraped.server) {
		wait_on(scraped.either, scraped.wake);
		wait_on(scraped.either, export->stop);
		fprintf(stderr, "tablo: figures at http%s://%s/metrics\n", options.certificate ? "s" : "", http_server_address(scraped.server));
		while (!export_stopped(export)) {
			desk_turn(export->desk, scraped.either, clock_monotonic() + 1000);
			answer_all(&scraped);
		}
	}
	http_server_close(scraped.server);
	close(scraped.wake);
	close(scraped.either);
	return scraped.server != NULL;
}

/* ---- once ---- */

/* What comes within a second of the first batch is told too, as `tablo snapshot` does. */
static bool print_once(struct export *export, struct error *err)
{
	int64_t patience = 10 * SECOND_MS, listen = SECOND_MS;
	const char *text = arguments_value(export->arguments, "--wait");
	if (text && !duration_parse(view_of(text), &patience, err))
		return false;
	const struct sites *sites = desk_sites(export->desk);
	for (const int64_t until = clock_monotonic() + patience; clock_monotonic() < until && !export_stopped(export);) {
		if (sites ? sites_known(sites) == sites_count(sites) : desk_heard(export->desk))
			break;
		desk_turn(export->desk, export->stop, until);
	}
	const bool heard = sites ? sites_known(sites) > 0 : desk_heard(export->desk);
	for (const int64_t until = clock_monotonic() + listen; heard && clock_monotonic() < until && !desk_ended(export->desk) && !export_stopped(export);)
		desk_turn(export->desk, export->stop, until);
	while (setup_own_time(export->setup) && !setup_endless(export->setup) && !desk_ended(export->desk))
		desk_turn(export->desk, -1, INT64_MAX);
	write_figures(export, stdout, false);
	return heard || fail(err, "nothing came for %lld s: is the publisher or the collector running?", (long long)(patience / SECOND_MS));
}

static bool run(struct export *export, struct error *err)
{
	return arguments_flag(export->arguments, "--once") ? print_once(export, err) : serve(export, err);
}

static const char *const options[] = {"--listen", "--once", "--wait", "--behind-proxy", "--tls-certificate", "--tls-key", NULL};

const struct export_kind export_prometheus = {
	.name = "prometheus",
	.help = N_("the figures of the catalogue as OpenMetrics, served at /metrics for Prometheus; with --once printed, for a textfile collector"),
	.options = options,
	.run = run,
};
