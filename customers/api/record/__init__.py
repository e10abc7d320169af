"""Our own addresses beside TMF629 and TMF632: what the Open APIs have no words for."""
