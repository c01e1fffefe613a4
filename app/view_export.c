#include "app/export_file.h"
#include "app/view.h"
#include "widgets/board.h"

void view_export(struct board *board)
{
	static const enum board_filed results[] = {[EXPORT_WRITTEN] = BOARD_FILE_WRITTEN, [EXPORT_EXISTS] = BOARD_FILE_EXISTS,
		[EXPORT_FAILED] = BOARD_FILE_FAILED};
	const struct board_file *file = board_file(board);
	struct error err = {.text = ""};
	const enum export_result result = export_file_write(file->path, file->text, file->over, &err);
	board_filed(board, results[result], err.text);
}
