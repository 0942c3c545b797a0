# Every gateway: its library, then one line.
