#include <stdio.h>
#include <unistd.h>

#include "app/memory_watch.h"

int64_t memory_watch_resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long long total = 0, resident = 0;
	if (file && fscanf(file, "%lld %lld", &total, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	return (int64_t)resident * sysconf(_SC_PAGESIZE);
}
