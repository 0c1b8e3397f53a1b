# make run    bản đồ tại http://127.0.0.1:8000 (PORT=… đổi cổng)   the map (PORT=… for another port)
# make test   mọi phép thử, cả trình duyệt thật                    every test, a real browser included
# make lint · make stop (dừng cơ sở dữ liệu còn chạy / stop a database left behind)
# make lighthouse URL=http://127.0.0.1:8000/   như điện thoại thấy / as a phone meets it
# make references   vẽ lại các hình đã duyệt của trang        the reviewed pictures of the page, made anew
# make bench   đo tốc độ / how fast; ARGS='--l 1000000' thêm một triệu / with a million, ARGS=--help

.PHONY: run test lint references bench lighthouse stop ready tools measures python
.DEFAULT_GOAL := run
PYTHON ?= python3

run: ready
	@exec .venv/bin/haiphong serve

test: ready tools
	@.venv/bin/python -m tests.browser
	@.venv/bin/python -m tests.qgis
	@.venv/bin/python -m pytest $(ARGS)

lint: python
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

references: ready
	@.venv/bin/python -m tests.browser
	@REMAKE_REFERENCES=1 .venv/bin/python -m pytest -q tests/web/test_reference.py -k reviewed

bench: ready measures
	@.venv/bin/python -m tests.bench $(ARGS)

lighthouse: ready measures
	@.venv/bin/python -m tests.bench.page $(URL)

stop: python
	@.venv/bin/haiphong db stop

ready:
	@command -v $(PYTHON) >/dev/null || { echo "Không tìm thấy Python / Python is missing: sudo apt-get install -y python3 python3-venv" >&2; exit 3; }
	@$(PYTHON) bootstrap.py python web

tools:
	@$(PYTHON) bootstrap.py tools

measures:
	@$(PYTHON) bootstrap.py bench

python:
	@command -v $(PYTHON) >/dev/null || { echo "Không tìm thấy Python / Python is missing: sudo apt-get install -y python3 python3-venv" >&2; exit 3; }
	@$(PYTHON) bootstrap.py python
