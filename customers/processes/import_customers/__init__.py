"""Create Customer Records from a file: a trial and the import give the same numbers."""

from customers.processes.import_customers.columns import choose_columns
from customers.processes.import_customers.receive import KIND, receive_file
from customers.processes.import_customers.take_in import ELSEWHERE, import_customers

ETOM = "1.3.6.1"

__all__ = ["ELSEWHERE", "ETOM", "KIND", "choose_columns", "import_customers", "receive_file"]
