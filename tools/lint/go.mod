module github.com/seed-ff4a8210/parley/tools/lint

go 1.26
