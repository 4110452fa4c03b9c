from .simulation import simulate
from .stock import Cited, Stock, load_stock

__all__ = ["Cited", "Stock", "load_stock", "simulate"]
