"""Measurements that anybody can repeat; each prints the figure it is compared with."""
